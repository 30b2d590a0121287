"""Bytes by path, in a folder or in any S3-compatible store. The only room that knows obstore."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import BaseError, NotFoundError, UnknownConfigurationKeyError
from obstore.store import LocalStore, from_url

from gofer.core.errors import Refused, Unavailable


class Objects:
    """One store. `doing` is how an error begins: what could not be done, in words for people.

    Raises `Refused` (ERR_SETTINGS), whose message begins with the setting, where there can be no such store.
    """

    def __init__(self, address: str, options: dict[str, Any]) -> None:
        with _no_store_refused():
            self._store = from_url(address, **options) if "://" in address else LocalStore(Path(address), mkdir=True)

    async def put(self, path: str, data: bytes, media_type: str, doing: str) -> None:
        """Store bytes, in place of what was there."""
        attributes = None if isinstance(self._store, LocalStore) else {"Content-Type": media_type}
        with _translated(doing):
            await obstore.put_async(self._store, path, data, attributes=attributes)

    async def get(self, path: str, doing: str) -> AsyncIterator[bytes]:
        """The bytes, in chunks."""
        with _translated(doing):
            found = await obstore.get_async(self._store, path)
            async for chunk in found.stream():
                yield bytes(chunk)

    async def drop(self, path: str, doing: str) -> None:
        """Delete what is there."""
        with _translated(doing):
            await obstore.delete_async(self._store, path)


@contextmanager
def _no_store_refused() -> Iterator[None]:
    try:
        yield
    except (UnknownConfigurationKeyError, TypeError, ValueError) as error:
        raise _wrong("artifact_options", error) from error
    except (BaseError, OSError) as error:
        reason, code = _reason(error)
        if code == "ERR_DISK_FULL":
            raise Unavailable(f"No file can be stored: {reason}.", code=code) from error
        raise _wrong("artifacts", error) from error


def _wrong(setting: str, error: Exception) -> Refused:
    return Refused(f"storage.{setting}: {_first_line(error).rstrip('.')}.", code="ERR_SETTINGS")


@contextmanager
def _translated(doing: str) -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        reason, code = _reason(error)
        raise Unavailable(f"{doing}: {reason}.", code=code) from error


def _reason(error: Exception) -> tuple[str, str]:
    if "No space left" in str(error):
        return "the disk is full", "ERR_DISK_FULL"
    if isinstance(error, FileNotFoundError | NotFoundError):
        return "the store does not have it", "ERR_NOT_FOUND"
    return _first_line(error), "ERR_UNAVAILABLE"


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
