"""Trees of folders that a guest made and that may be hostile, gone through by descriptors instead of paths.

A path may be longer than the kernel takes, folders nested deeper than Python recurses, a folder's mode may keep
us out, and what was a folder may be a link to one of the host's a moment later.
"""

import os
import stat

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
HELD = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
ENTRY_BYTES = 4096
"""What an entry is counted at least: an empty one takes a place in the host's file system too."""

DEEPEST = 200
"""Folders in folders that are counted; each holds a descriptor."""

Identity = tuple[int, int]


class TooMuch(Exception):
    """There is more below the folder than was allowed."""


def remove(path: str) -> None:
    """Remove a folder with all in it; harmless when it is gone."""
    try:
        top = enter(path, None, for_good=True)
    except FileNotFoundError:
        return
    try:
        top = emptied(top)
    finally:
        os.close(top)
    os.rmdir(path)


def emptied(here: int) -> int:
    """Remove what is in an open folder, holding no more than two descriptors however deep it goes; the folder."""
    way: list[tuple[Identity, str, list[str]]] = []
    names = without_files(here)
    while names or way:
        if names:
            name = names.pop()
            way.append((identity(here), name, names))
            here = replaced(here, enter(name, here, for_good=True))
            names = without_files(here)
        else:
            above, name, names = way.pop()
            here = replaced(here, climb(here, above))
            os.rmdir(name, dir_fd=here)
    return here


def without_files(folder: int) -> list[str]:
    """Unlink everything in an open folder but folders, whose names are given."""
    folders = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            else:
                os.unlink(entry.name, dir_fd=folder)
    return folders


def climb(folder: int, above: Identity) -> int:
    """The folder above, if it is still the one that we came through: one that was moved leads elsewhere."""
    up = os.open("..", FOLDER, dir_fd=folder)
    if identity(up) != above:
        os.close(up)
        raise OSError("a folder was moved while it was removed")
    return up


def identity(folder: int) -> Identity:
    """What tells an open folder from all others."""
    info = os.fstat(folder)
    return info.st_dev, info.st_ino


def replaced(old: int, new: int) -> int:
    """The new descriptor, with the old one closed."""
    os.close(old)
    return new


def enter(name: str, folder: int | None, *, for_good: bool) -> int:
    """Open a folder that we own whatever its mode, never through a link; its mode is changed for good or a moment."""
    held = os.open(name, HELD, dir_fd=folder)
    itself = f"/proc/self/fd/{held}"
    mode, needed = stat.S_IMODE(os.fstat(held).st_mode), 0o700 if for_good else 0o500
    closed = mode & needed != needed
    try:
        if closed:
            os.chmod(itself, mode | needed)
        return os.open(itself, FOLDER)
    finally:
        if closed and not for_good:
            os.chmod(itself, mode)
        os.close(held)


def require_at_most(most: int, path: str) -> None:
    """Raise `TooMuch` when there are more bytes of disk below a folder, which a guest may be changing meanwhile."""
    folder = os.open(path, FOLDER)
    try:
        Count(most).take(folder, 0)
    finally:
        os.close(folder)


class Count:
    """The bytes of disk seen so far, a file with several names once."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.seen: set[Identity] = set()

    def take(self, folder: int, depth: int) -> None:
        """Count what is below an open folder; what vanishes meanwhile counts nothing."""
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    self.take_entry(entry, folder, depth)
                except OSError:
                    continue

    def take_entry(self, entry: os.DirEntry[str], folder: int, depth: int) -> None:
        self.add(entry.stat(follow_symlinks=False))
        if not entry.is_dir(follow_symlinks=False):
            return
        if depth == DEEPEST:
            raise TooMuch
        below = enter(entry.name, folder, for_good=False)
        try:
            self.take(below, depth + 1)
        finally:
            os.close(below)

    def add(self, info: os.stat_result) -> None:
        if info.st_nlink > 1 and not stat.S_ISDIR(info.st_mode):
            known = len(self.seen)
            self.seen.add((info.st_dev, info.st_ino))
            if len(self.seen) == known:
                return
        self.left -= max(info.st_blocks * 512, ENTRY_BYTES)
        if self.left < 0:
            raise TooMuch
