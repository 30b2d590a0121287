"""What a sandbox leaves on the host, held while it lives and removed afterwards."""

import fcntl
import os
from collections.abc import Iterable

from gofer.sandboxes.keeper.groups import clear_group


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


def remove_tree(path: str) -> None:
    """Remove a folder that may hold folders nobody may enter."""
    for parent, folders, files in os.walk(path, topdown=True):
        for name in folders:
            if not os.path.islink(os.path.join(parent, name)):
                os.chmod(os.path.join(parent, name), 0o700)
        del files
    for parent, folders, files in os.walk(path, topdown=False):
        for name in folders + files:
            entry = os.path.join(parent, name)
            (os.rmdir if name in folders and not os.path.islink(entry) else os.unlink)(entry)
    if os.path.exists(path):
        os.rmdir(path)


def clean(folder: str, groups: Iterable[str]) -> None:
    """What a sandbox leaves on the host goes away: its control groups, folder and lock, which the caller holds."""
    for group in groups:
        clear_group(group)
    remove_tree(folder)
    try:
        os.unlink(folder + ".lock")
    except FileNotFoundError:
        return
