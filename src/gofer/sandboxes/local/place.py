"""Where a living sandbox is found on this host."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic_ai.messages import WorkspaceRef
from pydantic_ai.workspaces import WorkspaceUnavailableError

from gofer.sandboxes.keeper.disk import STAGE
from gofer.sandboxes.local.sockets import Streams, connect

PROVIDER = "local-bwrap"


@dataclass(frozen=True)
class Place:
    """A sandbox's folder, and the user that owns its sockets."""

    folder: Path
    uid: int

    async def connect(self, name: str) -> Streams:
        """A connection to one of the guest's sockets; raises `Unavailable`."""
        return await connect(self.sockets, name, self.uid)

    @cached_property
    def sockets(self) -> Path:
        """Where the guest's sockets are: on the keeper's stage where it has one, to which its process leads.

        Should the process id of a dead keeper be another's: that one's sandbox has another user, so `connect` refuses.
        """
        stage = self.folder / "stage"
        if stage.exists():
            return Path(f"/proc/{int(stage.read_text())}/root{STAGE}/sockets")
        return self.folder / "sockets"


def find(root: Path, ref: WorkspaceRef) -> Place:
    """The place of a sandbox; raises `WorkspaceUnavailableError` when there is none."""
    folder = root / known(ref)
    try:
        return Place(folder, int((folder / "uid").read_text()))
    except (OSError, ValueError) as error:
        raise WorkspaceUnavailableError(f"the sandbox {ref.id} is gone") from error


def known(ref: WorkspaceRef) -> str:
    """The id in a ref of ours, safe as the name of a folder."""
    if ref.provider != PROVIDER or not ref.id.isalnum():
        raise WorkspaceUnavailableError(f"{ref.provider}:{ref.id} is no sandbox of this host")
    return ref.id
