"""What a sandbox leaves on the host, held while it lives and removed afterwards."""

import fcntl
import os
import time
from collections.abc import Iterable

from gofer.sandboxes.keeper import trees
from gofer.sandboxes.keeper.groups import clear_group

TRIES = 20
GROUPS = "groups"


def hold_lock(path: str) -> int:
    """Take the lock that says "this sandbox has a keeper"; a sweeper may have removed the file meanwhile."""
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        if is_there(path, fd):
            return fd
        os.close(fd)


def is_there(path: str, fd: int) -> bool:
    """Whether the file that we hold is still the one at this path."""
    try:
        return os.stat(path).st_ino == os.fstat(fd).st_ino
    except FileNotFoundError:
        return False


def sweep(folder: str, groups: Iterable[str]) -> bool:
    """Remove what a dead keeper left; False when somebody else holds the sandbox: its keeper, or a sweeper.

    The lock is held until all is gone. So a keeper that wants the same lock waits, finds that its file was
    removed, and makes another; and of two sweepers one does the work.
    """
    lock = folder + ".lock"
    try:
        fd = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_there(lock, fd):
            clean(folder, groups)
    except BlockingIOError:
        return False
    finally:
        os.close(fd)
    return not os.path.exists(lock)


def clean(folder: str, groups: Iterable[str]) -> None:
    """What a sandbox leaves on the host goes away: its control groups, folder and lock, which the caller holds.

    Whoever cleans may be in another control group than who made the sandbox was, so those are noted in its folder.
    """
    for group in {*groups, *noted(folder)}:
        clear_group(group)
    remove_patiently(folder)
    try:
        os.unlink(folder + ".lock")
    except FileNotFoundError:
        return


def noted(folder: str) -> list[str]:
    """The control groups that a sandbox was made in."""
    try:
        with open(os.path.join(folder, GROUPS)) as file:
            return [path for path in file.read().split("\0") if path]
    except OSError:
        return []


def remove_patiently(folder: str) -> None:
    """Remove a sandbox's folder; without control groups, processes of the guest may outlive bubblewrap a moment."""
    for left in reversed(range(TRIES)):
        try:
            trees.remove(folder)
            break
        except OSError:
            if not left:
                raise
            time.sleep(0.02)
