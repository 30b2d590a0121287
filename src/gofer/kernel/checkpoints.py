"""Working folders kept as archives, and put back into the sandbox that replaces a lost one."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from pydantic_ai.workspaces import WorkspaceError, WorkspaceUnavailableError

from gofer.core.artifact import Artifact
from gofer.core.errors import Refused, Unavailable
from gofer.core.sandbox import Sandbox
from gofer.storage import artifacts
from gofer.storage.artifacts import ArtifactStore

MOST_MB = 64
"""A working folder that holds more is not kept: packing it after each step would take longer than the step."""

PREFIX = ".checkpoint-"

ARCHIVE, KEPT = "/tmp/.gofer-checkpoint.tgz", "/tmp/.gofer-checkpoint-kept"
"""Inside the sandbox, whose /tmp is its own: what is packed, and when what was stored was packed."""

UNCHANGED, TOO_LARGE = 3, 4

_PACK = f"""
[ -e {KEPT} ] && [ -z "$(find . -cnewer {KEPT} -print -quit)" ] && exit {UNCHANGED}
[ "$(du -sm --apparent-size . | cut -f1)" -gt {MOST_MB} ] && exit {TOO_LARGE}
touch {KEPT}.new && tar --ignore-failed-read -czf {ARCHIVE} .
[ $? -le 1 ]"""
"""What tells of a change is its own time, which copies do not keep. With 1 tar says that something was written to."""

log = structlog.get_logger()


class Checkpoints:
    """One archive per sandbox of a run, gone with the sandbox."""

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store
        self._bare: set[tuple[str, str]] = set()

    def begin(self, run_id: str, name: str) -> None:
        """A new sandbox: nothing is kept of it yet, so its end has nothing to drop."""
        self._bare.add((run_id, name))

    async def keep(self, run_id: str, box: Sandbox, name: str) -> None:
        """Pack the working folder unless nothing in it changed; raises `Refused` where it is too large."""
        with _failures_told():
            code = await _in_folder(box, _PACK, UNCHANGED, TOO_LARGE)
            if code == TOO_LARGE:
                raise Refused(f"The working folder holds more than {MOST_MB} MB, and is not kept.")
            if code == UNCHANGED:
                return
            data = await box.read_bytes(ARCHIVE)
            self._bare.discard((run_id, name))
            await self._store.put(_archive(run_id, name, data), data)
            await _in_folder(box, f"mv {KEPT}.new {KEPT}")

    async def put_back(self, run_id: str, box: Sandbox, name: str) -> None:
        """Unpack what was kept, if anything was."""
        try:
            data = await self._store.read_whole(_archive(run_id, name, b""))
        except Unavailable as error:
            if error.code == "ERR_NOT_FOUND":
                return
            raise
        with _failures_told():
            await box.write_bytes(ARCHIVE, data)
            await _in_folder(box, f"tar -xzf {ARCHIVE}")

    async def drop(self, run_id: str, name: str) -> None:
        """Forget it; where that fails nothing else does."""
        if (run_id, name) in self._bare:
            self._bare.remove((run_id, name))
            return
        try:
            await self._store.drop(_archive(run_id, name, b""))
        except Unavailable as error:
            if error.code != "ERR_NOT_FOUND":
                log.warning("checkpoint.not_dropped", run=run_id, reason=error.message)


@contextmanager
def losses_told() -> Iterator[None]:
    """A sandbox that is gone is an error with that name."""
    try:
        yield
    except WorkspaceUnavailableError as error:
        raise Unavailable(f"The sandbox is gone: {error}", code="ERR_SANDBOX_LOST") from error


@contextmanager
def _failures_told() -> Iterator[None]:
    """What else may come of working in a sandbox: no room, no time, no rights."""
    with losses_told():
        try:
            yield
        except WorkspaceUnavailableError:
            raise
        except (OSError, WorkspaceError) as error:
            raise Unavailable(f"The working folder could not be packed or unpacked: {error}") from error


async def _in_folder(box: Sandbox, script: str, *expected: int) -> int:
    command = f"cd {shlex.quote(await box.working_dir())} || exit 1\n{script}"
    done = await box.run(command, shell=True, timeout=120)
    if done.exit_code not in (0, *expected):
        raise Unavailable(f"The working folder could not be packed or unpacked: {done.stderr[-300:]}")
    return done.exit_code


def _archive(run_id: str, name: str, data: bytes) -> Artifact:
    return artifacts.describe(f"{PREFIX}{name}", run_id, f"{PREFIX}{name}", data, "application/gzip")
