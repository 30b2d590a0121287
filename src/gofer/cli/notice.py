"""server.json in the data folder: how the other commands find the gofer that serves from it."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

NAME = "server.json"
CONNECT_SECONDS = 1.0


class Notice(BaseModel):
    """Where a gofer serves, and the secret that this machine's owner calls it with."""

    url: str
    pid: int
    token: str


@contextmanager
def posted(folder: Path, notice: Notice) -> Iterator[None]:
    """The notice hangs there, readable by its owner only, for as long as the block runs."""
    post(folder, notice)
    try:
        yield
    finally:
        (folder / NAME).unlink(missing_ok=True)


def post(folder: Path, notice: Notice) -> None:
    """Hang the notice there in place of an older one; readers see the one or the other, whole."""
    draft = folder / f".{NAME}.{os.getpid()}"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump(notice.model_dump(), file)
    draft.replace(folder / NAME)


def serving(folder: Path) -> Notice | None:
    """The gofer that serves from this folder now; a notice left by a dead one does not count."""
    try:
        notice = Notice.model_validate_json((folder / NAME).read_bytes())
    except (OSError, ValidationError):
        return None
    return notice if _lives(notice.pid) and _answers(notice.url) else None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _answers(url: str) -> bool:
    place = urlsplit(url)
    with suppress(OSError), socket.create_connection((place.hostname, place.port), CONNECT_SECONDS):
        return True
    return False
