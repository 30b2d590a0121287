"""The sockets by which gofer reaches into a sandbox, opened so that a hostile guest can't lead us elsewhere."""

import asyncio
import os
import socket
import stat
from pathlib import Path

from gofer.core.errors import Unavailable

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect(folder: Path, name: str, uid: int) -> Streams:
    """A connection to a socket in a folder that the guest may write; raises `Unavailable` when it is none.

    The guest may swap its sockets for links to the host's at any moment. So we open the file itself
    without following a link, look at what we hold, and connect to exactly that.
    """
    try:
        held = os.open(folder / name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise Unavailable(f"the sandbox has no {name}: {error.strerror}") from error
    try:
        require_socket(os.fstat(held), name, uid)
        return await asyncio.open_unix_connection(f"/proc/self/fd/{held}", limit=1 << 20)
    except OSError as error:
        raise Unavailable(f"nobody answers at the sandbox's {name}: {error.strerror}") from error
    finally:
        os.close(held)


def require_socket(info: os.stat_result, name: str, uid: int) -> None:
    """Raise `Unavailable` unless this is a socket that belongs to the sandbox's user."""
    if not stat.S_ISSOCK(info.st_mode) or info.st_uid != uid:
        raise Unavailable(f"the sandbox's {name} was swapped for something else; it is not used any more")


def listen(path: Path) -> socket.socket:
    """A listening socket at this path, in place of an older one, which everybody may connect to.

    Bound through the folder, because the whole path of a socket has at most 107 bytes.
    """
    path.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(f"/proc/self/fd/{folder}/{path.name}")
        path.chmod(0o666)
    except OSError:
        listener.close()
        raise
    finally:
        os.close(folder)
    listener.listen(64)
    listener.setblocking(False)
    return listener
