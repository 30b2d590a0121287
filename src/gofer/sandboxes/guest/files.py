"""Files inside the sandbox, as the guest's own user sees them."""

import errno
import os
import stat

from gofer.sandboxes.guest.command import HOME
from gofer.sandboxes.guest.frames import Connection


def read(connection: Connection, path: str) -> None:
    """Send a file's bytes."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    regular(fd, path)
    while chunk := os.read(fd, 1 << 20):
        connection.send(b"o", chunk)
    connection.send(b"x")


def write(connection: Connection, path: str) -> None:
    """Put the bytes of the next frame into a file."""
    data = memoryview(connection.receive())
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path) from None
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK, 0o644)
    regular(fd, path)
    os.ftruncate(fd, 0)
    while data:
        data = data[os.write(fd, data) :]
    connection.send(b"x")


def regular(fd: int, path: str) -> None:
    """Refuse whatever would block or is no file."""
    mode = os.fstat(fd).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "not a regular file", path)


def look(connection: Connection, path: str) -> None:
    """Whether it is a folder, and its size."""
    connection.send(b"x", described(path, os.stat(path)))


def described(path: str, info: os.stat_result | None) -> bytes:
    """An entry as words: name, "d" or "f" or "?", size."""
    if info is None:
        return os.fsencode(f"{os.path.basename(path)}\0?\0")
    kind = "d" if stat.S_ISDIR(info.st_mode) else "f"
    return os.fsencode(f"{os.path.basename(path)}\0{kind}\0{info.st_size}")


def list_folder(connection: Connection, path: str) -> None:
    """One frame for each entry."""
    for name in sorted(os.listdir(path)):
        try:
            info = os.stat(os.path.join(path, name))
        except OSError:
            info = None
        connection.send(b"o", described(name, info))
    connection.send(b"x")


def make_folder(connection: Connection, path: str) -> None:
    """Make a folder and the missing ones above it."""
    os.makedirs(path, exist_ok=True)
    connection.send(b"x")


def remove(connection: Connection, path: str) -> None:
    """Remove a file, a link, or a folder with all in it."""
    if not os.path.islink(path) and os.path.realpath(path) in (HOME, "/"):
        raise OSError(0, "cannot remove the working directory or what is above it")
    if os.path.isdir(path) and not os.path.islink(path):
        remove_tree(path)
    else:
        os.unlink(path)
    connection.send(b"x")


def remove_tree(path: str) -> None:
    """Remove a folder, following no link."""
    for parent, folders, files in os.walk(path, topdown=False):
        for name in folders + files:
            entry = os.path.join(parent, name)
            if name in files or os.path.islink(entry):
                os.unlink(entry)
            else:
                os.rmdir(entry)
    os.rmdir(path)


def exists(connection: Connection, path: str) -> None:
    """ "1" when there is something at the path."""
    connection.send(b"x", b"1" if os.path.exists(path) else b"")


def realpath(connection: Connection, path: str) -> None:
    """The path without links."""
    connection.send(b"x", os.fsencode(os.path.realpath(path)))
