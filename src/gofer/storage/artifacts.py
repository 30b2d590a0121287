"""Artifacts' bytes in a folder or any S3-compatible store, and the rows that describe them."""

import asyncio
import hashlib
import importlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from gofer.core.artifact import Artifact
from gofer.storage.tables import artifacts

if TYPE_CHECKING:
    from gofer.storage.objects import Objects

PROBE = ".gofer-probe"


class ArtifactStore:
    """Keeps files by run and id. The address is a folder's path, or `s3://`, `gs://`, `az://` with options.

    Where there can be no such store its methods raise `Refused` (ERR_SETTINGS).
    """

    def __init__(self, address: str, options: dict[str, Any] | None = None) -> None:
        self.address = address
        self._options = options or {}
        self._opened: Objects | None = None

    def check(self) -> None:
        """Raises `Refused` (ERR_SETTINGS) for an address of no store: told at the start, not at the first file."""
        if "://" in self.address:
            self._objects()

    async def put(self, artifact: Artifact, data: bytes) -> None:
        """Store the bytes; the same artifact again replaces them."""
        doing = f"The file {artifact.name} could not be stored"
        await (await self._loaded()).put(_path(artifact), data, artifact.media_type, doing)

    async def read(self, artifact: Artifact) -> AsyncIterator[bytes]:
        """The bytes, in chunks; raises `Unavailable`, with ERR_NOT_FOUND when the store has no such file."""
        doing = f"The file {artifact.name} could not be read"
        async for chunk in (await self._loaded()).get(_path(artifact), doing):
            yield chunk

    async def read_whole(self, artifact: Artifact) -> bytes:
        """All the bytes at once."""
        return b"".join([chunk async for chunk in self.read(artifact)])

    async def drop(self, artifact: Artifact) -> None:
        """Delete the bytes; raises `Unavailable`, with ERR_NOT_FOUND where some stores have no such file."""
        await (await self._loaded()).drop(_path(artifact), f"The file {artifact.name} could not be deleted")

    async def probe(self) -> None:
        """Raises `Unavailable` unless files can be stored here."""
        doing = f"Nothing can be stored in {self.address}"
        objects = await self._loaded()
        await objects.put(PROBE, b"gofer", "text/plain", doing)
        await objects.drop(PROBE, doing)

    async def _loaded(self) -> "Objects":
        return await asyncio.to_thread(self._objects)

    def _objects(self) -> "Objects":
        """Loaded by name at the first file: the library weighs 5 MB, which an idle gofer can do without."""
        if self._opened is None:
            self._opened = importlib.import_module("gofer.storage.objects").Objects(self.address, self._options)
        return self._opened


def describe(artifact_id: str, run_id: str, name: str, data: bytes, media_type: str) -> Artifact:
    """The artifact that these bytes make."""
    return Artifact(
        id=artifact_id,
        run_id=run_id,
        name=name,
        media_type=media_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        created_at=datetime.now(UTC),
    )


def insert(connection: sa.Connection, artifact: Artifact) -> None:
    """Write it down; the same id again is the same artifact."""
    connection.execute(sa.delete(artifacts).where(artifacts.c.id == artifact.id))
    connection.execute(sa.insert(artifacts), [artifact.model_dump() | {"created_at": artifact.created_at.timestamp()}])


def of_run(connection: sa.Connection, run_id: str) -> list[Artifact]:
    """What a run handed over, oldest first."""
    wanted = sa.select(artifacts).where(artifacts.c.run_id == run_id).order_by(artifacts.c.created_at)
    return [_as_artifact(row) for row in connection.execute(wanted).mappings()]


def find(connection: sa.Connection, artifact_id: str) -> Artifact | None:
    """The artifact, or None."""
    row = connection.execute(sa.select(artifacts).where(artifacts.c.id == artifact_id)).mappings().one_or_none()
    return None if row is None else _as_artifact(row)


def _as_artifact(row: sa.RowMapping) -> Artifact:
    return Artifact(**{**row, "created_at": datetime.fromtimestamp(row["created_at"], UTC)})


def _path(artifact: Artifact) -> str:
    return f"{artifact.run_id}/{artifact.id}"
