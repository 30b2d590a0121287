"""The keeper of one sandbox: a small process of its own session that outlives gofer.

It starts bubblewrap, owns the sandbox's age and heartbeat, and cleans everything up at the end. gofer
finds it by a file lock, which the kernel drops with the process: no process id can be mistaken for it.
This package uses the standard library only and no `socket`, `json` or `subprocess`, because it must
start in milliseconds.

It reads its orders from standard input (a socket): frames of words divided by NUL, an empty one last.
It answers `ready` or `failed: …`, and waits for `kept`: a gofer that dies before that leaves nothing.
Later, a connection to `control.sock` that says `e` ends the sandbox; it is closed when all is gone.
"""

import _socket
import errno
import os

from gofer.sandboxes.keeper.cell import Cell
from gofer.sandboxes.keeper.disk import make_folders, stage
from gofer.sandboxes.keeper.groups import make_groups
from gofer.sandboxes.keeper.orders import Failed, Orders, read_frames
from gofer.sandboxes.keeper.traces import clean, hold_lock
from gofer.sandboxes.keeper.watch import Watch


def listen(folder: str) -> _socket.socket:
    """The control socket, bound through the folder because a socket's whole path has at most 107 bytes."""
    os.chdir(folder)
    listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    listener.bind("control.sock")
    listener.listen(8)
    os.chdir("/")
    return listener


def keep(orders: Orders) -> int:
    """From start to end; the connection to close when all is cleaned up, or -1."""
    make_folders(orders)
    stage(orders)
    make_groups(orders)
    cell = Cell(orders)
    try:
        cell.wait_ready()
        control = listen(orders.folder)
        os.write(0, b"ready\n")
        asker = Watch(cell, control).until_end()
        control.close()
        return asker
    finally:
        cell.kill()


def main() -> None:
    """Keep one sandbox."""
    orders = Orders(read_frames(0))
    hold_lock(orders.folder + ".lock")
    try:
        keep(orders)
    except (Failed, OSError) as error:
        tell(f"failed: {error}\n")
    finally:
        clean(orders.folder, [path for path, *_ in orders.groups])


def tell(text: str) -> None:
    """Say something to gofer, which may be gone."""
    try:
        os.write(0, text.encode())
    except OSError as error:
        if error.errno != errno.EPIPE:
            raise
