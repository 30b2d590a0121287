"""A sandbox on this machine: Pydantic AI's workspace backend over the agent inside, plus screen and limits."""

import asyncio
import posixpath
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Protocol

from pydantic_ai.messages import WorkspaceRef
from pydantic_ai.workspaces import CommandResult, FileEntry, WorkspaceCommand, WorkspaceUnavailableError

from gofer.core.sandbox import Egress, Enforcement, NetworkUse, Profile, SandboxSpec
from gofer.core.screen import Screen
from gofer.core.sharing import TrafficTold
from gofer.sandboxes.egress import EgressProxy
from gofer.sandboxes.guest.command import HOME
from gofer.sandboxes.local.commands import Collected, words_for
from gofer.sandboxes.local.lanes import Lanes, LocalLane
from gofer.sandboxes.local.place import Place
from gofer.sandboxes.local.screen import LocalScreen
from gofer.sandboxes.local.wire import Exchange, Lost

LATE_SECONDS = 5.0


class Landlord(Protocol):
    """What a sandbox needs of the provider it belongs to."""

    async def let(self, spec: SandboxSpec) -> WorkspaceRef:
        """A new sandbox."""

    async def enter(self, ref: WorkspaceRef, spec: SandboxSpec) -> Place:
        """Where it lives, with its network on; raises `WorkspaceUnavailableError` when it is gone."""

    async def leave(self, ref: WorkspaceRef) -> None:
        """One object less that needs its network."""

    def network_use(self, ref: WorkspaceRef) -> NetworkUse:
        """What a sandbox did on the network."""

    def enforcement(self) -> Enforcement:
        """Which limits are real here."""

    def proxy(self, rules: Egress, told: TrafficTold) -> EgressProxy:
        """An egress proxy that listens nowhere yet."""


class LocalSandbox:
    """Built without any work; the first operation creates the sandbox, or attaches to the one `ref` names."""

    def __init__(self, landlord: Landlord, spec: SandboxSpec, ref: WorkspaceRef | None = None) -> None:
        self._landlord, self._spec, self._ref = landlord, spec, ref
        self._opening: asyncio.Task[Place] | None = None
        self._screen = LocalScreen(self.place) if spec.profile is Profile.DESKTOP else None
        self._lanes = Lanes(self, landlord.proxy)

    @property
    def ref(self) -> WorkspaceRef | None:
        """The sandbox's identity; None until it is created."""
        return self._ref

    @property
    def spec(self) -> SandboxSpec:
        """What was asked for."""
        return self._spec

    @property
    def screen(self) -> Screen | None:
        """The desktop, or None for the `code` profile."""
        return self._screen

    @property
    def enforcement(self) -> Enforcement:
        """Which limits are real for this sandbox."""
        return self._landlord.enforcement()

    @property
    def network_use(self) -> NetworkUse:
        """Requests and bytes so far."""
        return self._landlord.network_use(self._ref) if self._ref else NetworkUse()

    async def start(self) -> None:
        """Create or attach now, and wait until the desktop, if there is one, can be seen and driven."""
        await self.place()
        if self._screen:
            await self._screen.ready()

    async def lane(self, told: TrafficTold) -> LocalLane:
        """A way out beside the sandbox's own, which lets nothing out yet."""
        return await self._lanes.open(told)

    async def close(self) -> None:
        """Let go of proxy and forwarder; the sandbox lives on, and the next operation enters it again."""
        self._lanes.close()
        if self._screen:
            await self._screen.close()
        opening, self._opening = self._opening, None
        if opening and not await failed(opening) and self._ref:
            await self._landlord.leave(self._ref)

    async def place(self) -> Place:
        """Where the sandbox lives. Creating goes on when the caller is cancelled, so that its ref is not lost."""
        if self._opening is None or (self._opening.done() and self._opening.exception()):
            self._opening = asyncio.ensure_future(self._open())
        return await asyncio.shield(self._opening)

    async def _open(self) -> Place:
        if self._ref is None:
            self._ref = await self._landlord.let(self._spec)
        return await self._landlord.enter(self._ref, self._spec)

    async def working_dir(self) -> str:
        """Where commands start."""
        await self._ask("ping")
        return HOME

    async def run(
        self,
        command: WorkspaceCommand,
        *,
        shell: bool = False,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> CommandResult:
        """Run a command to its end; see Pydantic AI's `SupportsCommands`."""
        words = words_for(command, shell, env, timeout)
        exchange = await self._exchange()
        collected = Collected()
        try:
            async with asyncio.timeout(None if timeout is None else timeout + LATE_SECONDS):
                async with aclosing(exchange.frames(*words)) as frames:
                    async for kind, payload in frames:
                        collected.take(kind, payload)
        except TimeoutError as error:
            raise collected.too_slow() from error
        except Lost as error:
            await self._require_alive(exchange, error)
            return collected.killed()
        return collected.result()

    async def read_bytes(self, path: str) -> bytes:
        """A file's contents."""
        return b"".join(await self._ask("read", path))

    async def write_bytes(self, path: str, data: bytes) -> None:
        """Write a file, making missing folders, through an existing link."""
        await self._ask("write", path, data=data)

    async def stat(self, path: str) -> FileEntry:
        """What is at the path."""
        (described,) = await self._ask("stat", path)
        return as_entry(described, posixpath.dirname(absolute(path)))

    async def list_dir(self, path: str) -> Sequence[FileEntry]:
        """What is in a folder."""
        *described, _ = await self._ask("list", path)
        return [as_entry(part, absolute(path)) for part in described]

    async def make_dir(self, path: str) -> None:
        """Make a folder and those above it."""
        await self._ask("mkdir", path)

    async def remove(self, path: str) -> None:
        """Remove a file, a link, or a folder with all in it; the working directory stays."""
        await self._ask("remove", path)

    async def exists(self, path: str) -> bool:
        """Whether there is something at the path."""
        return (await self._ask("exists", path)) == [b"1"]

    async def realpath(self, path: str) -> str:
        """The path with its links resolved, inside the sandbox."""
        return (await self._ask("realpath", path))[0].decode("utf-8", "surrogateescape")

    async def _exchange(self) -> Exchange:
        return Exchange(await self.place())

    async def _ask(self, operation: str, *paths: str, data: bytes | None = None) -> list[bytes]:
        exchange = await self._exchange()
        try:
            return await exchange.ask(operation, *map(absolute, paths), data=data)
        except Lost as error:
            await self._require_alive(exchange, error)
            raise OSError(f"the sandbox broke off while it did `{operation}`") from error

    async def _require_alive(self, exchange: Exchange, error: Exception) -> None:
        if not await exchange.alive():
            raise WorkspaceUnavailableError(f"the sandbox is gone: {error}") from error


async def failed(opening: asyncio.Task[Place]) -> bool:
    """Whether an attempt to create or attach came to nothing."""
    await asyncio.wait([opening])
    return opening.cancelled() or opening.exception() is not None


def absolute(path: str) -> str:
    """Paths are absolute; relative ones mean the working directory."""
    if "\0" in path:
        raise ValueError("a path cannot hold a NUL character")
    return posixpath.join(HOME, path)


def as_entry(described: bytes, folder: str) -> FileEntry:
    """A folder's entry out of the agent's words."""
    name, kind, size = described.decode("utf-8", "surrogateescape").split("\0")
    known = int(size) if kind == "f" else None
    return FileEntry(name=name, path=posixpath.join(folder, name), is_dir=kind == "d", size=known)
