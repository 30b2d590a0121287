"""Sandboxes on this machine, made by bubblewrap: the provider that needs nothing but a few packages."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

from pydantic_ai.messages import WorkspaceRef
from pydantic_ai.workspaces import WorkspaceUnavailableError

from gofer.core.errors import Refused
from gofer.core.sandbox import Egress, Enforcement, NetworkUse, Profile, SandboxSpec, Traffic
from gofer.core.sharing import TrafficTold
from gofer.sandboxes.egress import EgressProxy, Tally, look
from gofer.sandboxes.local import desktop, image
from gofer.sandboxes.local.disk import Page, empty_disk
from gofer.sandboxes.local.door import Door
from gofer.sandboxes.local.jail import Jail
from gofer.sandboxes.local.keepers import Keepers
from gofer.sandboxes.local.machine import this_machine
from gofer.sandboxes.local.place import PROVIDER, Place, find, known
from gofer.sandboxes.local.sandbox import LocalSandbox
from gofer.sandboxes.local.wire import Exchange

OnTraffic = Callable[[WorkspaceRef, Traffic], None]
TALLY = "network-use"
NO_NAMES: Mapping[str, str] = MappingProxyType({})


class LocalSandboxes:
    """A `SandboxProvider` over bubblewrap. `root` holds a folder for each sandbox; give it to nobody else.

    `names` are hosts that the egress proxy answers itself (name -> path of a unix socket), allowed without
    being listed; `on_traffic` hears every verdict of the proxies.
    """

    name = "local"

    def __init__(
        self,
        root: Path,
        names: Mapping[str, str] = NO_NAMES,
        on_traffic: OnTraffic | None = None,
        idle_seconds: float = 600,
    ) -> None:
        self._root, self._names, self._on_traffic, self._idle = root, names, on_traffic, idle_seconds
        self._machine = this_machine()
        groups = self._machine.groups
        self._keepers = Keepers(root, groups.paths if groups else lambda identity: [])
        self._doors: dict[str, Door] = {}

    def enforcement(self) -> Enforcement:
        """Which limits are real on this machine; raises `Refused` when no sandbox can start here."""
        self._require(Profile.CODE)
        return self._machine.enforcement()

    def problems(self, profile: Profile) -> list[str]:
        """Sentences about what keeps this profile from working here."""
        return self._machine.problems(profile)

    def sandbox(self, spec: SandboxSpec, ref: WorkspaceRef | None = None) -> LocalSandbox:
        """A sandbox that is created, or attached to, by its first operation."""
        return LocalSandbox(self, spec, ref)

    async def create(self, spec: SandboxSpec) -> LocalSandbox:
        """A new sandbox, ready; one that does not get ready leaves nothing behind."""
        box = self.sandbox(spec)
        try:
            await box.start()
        except BaseException:
            await asyncio.shield(self._discard(box))
            raise
        return box

    async def attach(self, ref: WorkspaceRef, spec: SandboxSpec) -> LocalSandbox:
        """The living sandbox behind `ref`; raises `WorkspaceUnavailableError` when it is gone."""
        box = self.sandbox(spec, ref)
        await box.start()
        return box

    async def destroy(self, ref: WorkspaceRef) -> None:
        """End it: no process, control group, socket or folder stays. Repeating is harmless."""
        try:
            identity = known(ref)
        except WorkspaceUnavailableError:
            return
        door = self._doors.pop(identity, None)
        if door:
            await door.close()
        await self._keepers.end(identity)

    async def living(self) -> list[WorkspaceRef]:
        """Every sandbox of this root, held or not; leftovers of dead keepers are swept up on the way."""
        return [WorkspaceRef(provider=PROVIDER, id=one) for one in await self._keepers.living()]

    async def heartbeat(self, refs: list[WorkspaceRef]) -> None:
        """Say that these are still held."""
        for ref in refs:
            try:
                os.utime(self._root / known(ref) / "heartbeat")
            except (OSError, WorkspaceUnavailableError):
                continue  # it has ended, and whoever uses it next will be told; or is no reason to let others end

    async def let(self, spec: SandboxSpec) -> WorkspaceRef:
        """Start a new sandbox."""
        await self._machine.probe.settle()
        self._require(spec.profile, spec.image)
        image.require(spec)
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_desktop = spec.profile is Profile.DESKTOP
        jail = Jail(
            spec,
            self._machine,
            self._root.resolve(),
            self._idle,
            desktop.files() if is_desktop else {},
            (desktop.START,) if is_desktop else (),
            await self._disk(spec),
        )
        return WorkspaceRef(provider=PROVIDER, id=await self._keepers.start(jail.frames))

    async def _disk(self, spec: SandboxSpec) -> Sequence[Page]:
        if not self._machine.has_disk_images:
            return ()
        return await asyncio.to_thread(empty_disk, spec.limits.disk_mb)

    async def enter(self, ref: WorkspaceRef, spec: SandboxSpec) -> Place:
        """Where a living sandbox is; its network is on from now."""
        place = find(self._root, ref)
        if not await Exchange(place).alive():
            raise WorkspaceUnavailableError(f"the sandbox {ref.id} is gone")
        door = self._doors.get(ref.id) or self._door(ref, place)
        door.proxy.rules = spec.egress
        try:
            await door.enter()
        except BaseException:
            await self._close(ref, door)
            raise
        return place

    async def leave(self, ref: WorkspaceRef) -> None:
        """One object less that needs this sandbox's network; with the last, its proxy ends."""
        door = self._doors.get(ref.id)
        if door:
            await self._close(ref, door)

    def proxy(self, rules: Egress, told: TrafficTold) -> EgressProxy:
        """An egress proxy beside a sandbox's own, for one browser context."""
        return EgressProxy(rules, self._names, partial(_unless_its_own, told))

    def network_use(self, ref: WorkspaceRef) -> NetworkUse:
        """Requests and bytes of a sandbox so far; zero for one that is gone."""
        door = self._doors.get(ref.id)
        return door.proxy.use if door else look(self._root / known(ref) / TALLY)

    def _door(self, ref: WorkspaceRef, place: Place) -> Door:
        tally = Tally(place.folder / TALLY)
        proxy = EgressProxy(Egress(), self._names, partial(self._tell, ref), tally=tally)
        door = self._doors[ref.id] = Door(proxy, place.folder / "net" / "proxy.sock")
        return door

    async def _close(self, ref: WorkspaceRef, door: Door) -> None:
        if not door.leave():
            return
        if self._doors.get(ref.id) is door:
            del self._doors[ref.id]
        await door.close()

    async def _discard(self, box: LocalSandbox) -> None:
        await box.close()
        if box.ref:
            await self.destroy(box.ref)

    def _tell(self, ref: WorkspaceRef, traffic: Traffic) -> None:
        if self._on_traffic and (traffic.allowed or traffic.host not in desktop.OWN_HOSTS):
            self._on_traffic(ref, traffic)

    def _require(self, profile: Profile, image: str | None = None) -> None:
        problems = self._machine.bwrap_problems if image else self.problems(profile)
        if problems:
            raise Refused(" ".join(problems), code="ERR_MISSING_PROGRAM")


def _unless_its_own(told: TrafficTold, traffic: Traffic) -> None:
    if traffic.allowed or traffic.host not in desktop.OWN_HOSTS:
        told(traffic)
