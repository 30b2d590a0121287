"""The keeper of one sandbox: a small process of its own session that outlives gofer.

It starts bubblewrap, owns the sandbox's age and heartbeat, and cleans everything up at the end. gofer
finds it by a file lock, which the kernel drops with the process: no process id can be mistaken for it.
This package uses the standard library only and no `socket`, `json` or `subprocess`, because it must
start in milliseconds. gofer starts one ahead, which waits for its orders and has made nothing yet.

It reads its orders from standard input (a socket): frames whose first word names what follows, an empty
one last. It answers `ready` or why not, and waits for `k` (kept): a gofer that dies before that leaves
nothing. Later, a connection to `control.sock` that says `e` ends the sandbox; it is closed when all is gone.
"""

import _socket
import errno
import os

from gofer.sandboxes.keeper.cell import Cell
from gofer.sandboxes.keeper.disk import enter_stage, furnish, make_disk, make_folders
from gofer.sandboxes.keeper.groups import make_groups
from gofer.sandboxes.keeper.orders import FULL, Failed, Orders, read_frames
from gofer.sandboxes.keeper.title import show
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
    make_groups(orders)
    enter_stage(orders)
    cell = Cell(orders)
    try:
        make_disk(orders)
        furnish(orders)
        cell.start()
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
    show(orders.folder)
    try:
        hold_lock(orders.folder + ".lock")
        keep(orders)
    except Failed as failure:
        tell(str(failure))
    except OSError as error:
        tell(f"{FULL if error.errno == errno.ENOSPC else error.strerror}: {error.filename or 'writing'}")
    finally:
        clean(orders.folder, [path for path, *_ in orders.groups])


def tell(text: str) -> None:
    """Say something to gofer, which may be gone."""
    try:
        os.write(0, text.encode("utf-8", "replace"))
    except OSError as error:
        if error.errno != errno.EPIPE:
            raise
