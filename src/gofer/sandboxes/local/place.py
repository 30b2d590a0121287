"""Where a living sandbox is found on this host."""

from dataclasses import dataclass
from pathlib import Path

from pydantic_ai.messages import WorkspaceRef
from pydantic_ai.workspaces import WorkspaceUnavailableError

from gofer.sandboxes.local.sockets import Streams, connect

PROVIDER = "local-bwrap"


@dataclass(frozen=True)
class Place:
    """A sandbox's folder, and the user that owns the sockets in it."""

    folder: Path
    uid: int

    async def connect(self, name: str) -> Streams:
        """A connection to one of the guest's sockets; raises `Unavailable`."""
        return await connect(self.folder / "sockets", name, self.uid)


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
