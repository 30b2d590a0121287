"""The data folder: its owner's alone, and on SQLite one gofer's at a time."""

import fcntl
import os
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import structlog

from gofer.core.errors import Refused

LOCK = "gofer.lock"
PATIENCE_SECONDS = 2.0
"""How long a start waits for the folder: a command that only looks has it for a moment."""

OTHERS = 0o077
"""Rights that nobody but the owner may have in the data folder."""

log = structlog.get_logger()


@contextmanager
def folder_open(folder: Path, *, alone: bool, private: Sequence[str] = ()) -> Iterator[None]:
    """The folder exists; with `alone` no other gofer works in it. Files of the names in `private` are the owner's.

    Raises `Refused`: ERR_DATA_IN_USE, ERR_SETTINGS.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _narrow(folder)
        for name in private:
            _keep(folder, name)
        lock = _lock_file(folder)
    except OSError as error:
        message = f"The data folder {folder} cannot be used: {error.strerror}."
        raise Refused(message, code="ERR_SETTINGS", next_step="Point GOFER_DATA at another folder.") from error
    try:
        if alone:
            _take(lock, folder)
        yield
    finally:
        os.close(lock)


@contextmanager
def nobody_works_in(folder: Path) -> Iterator[bool]:
    """Whether no gofer works in the folder; none begins to while the block runs."""
    lock = _lock_file(folder)
    try:
        yield _locked(lock)
    finally:
        os.close(lock)


def _take(lock: int, folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _locked(lock):
        if time.monotonic() > deadline:
            raise Refused(
                f"Another gofer works in {folder} (process {os.pread(lock, 20, 0).decode() or 'unknown'}).",
                code="ERR_DATA_IN_USE",
                next_step="Wait until it ends, or stop it. One `gofer up` carries any number of errands side by side.",
            )
        time.sleep(0.1)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_file(folder: Path) -> int:
    return os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)


def _keep(folder: Path, name: str) -> None:
    """Made before SQLite makes it, which gives its other files the same mode."""
    os.close(os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600))
    for path in folder.glob(f"{name}*"):
        if path.stat().st_mode & OTHERS:
            path.chmod(0o600)


def _narrow(folder: Path) -> None:
    """A folder that is gofer's becomes its owner's alone; a shared one, such as /tmp, is only told of."""
    found = folder.stat()
    if not found.st_mode & OTHERS:
        return
    owned = found.st_uid == os.getuid() and not found.st_mode & stat.S_ISVTX
    if owned and ((folder / LOCK).exists() or not any(folder.iterdir())):
        folder.chmod(0o700)
    else:
        log.warning("data.open_to_others", folder=str(folder), what_to_do=f"chmod 700 {folder}")
