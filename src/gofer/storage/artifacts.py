"""Artifacts' bytes in a folder or any S3-compatible store, and the rows that describe them."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import obstore
import sqlalchemy as sa
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from gofer.core.artifact import Artifact
from gofer.core.errors import Unavailable
from gofer.storage.tables import artifacts


class ArtifactStore:
    """Keeps files by run and id. The address is a folder's path, or `s3://`, `gs://`, `az://` with options."""

    def __init__(self, address: str, options: dict[str, Any] | None = None) -> None:
        self.address = address
        self._store = (
            from_url(address, **(options or {})) if "://" in address else LocalStore(Path(address), mkdir=True)
        )

    async def put(self, artifact: Artifact, data: bytes) -> None:
        """Store the bytes; the same artifact again replaces them."""
        try:
            await obstore.put_async(self._store, _path(artifact), data, attributes=self._attributes(artifact))
        except (BaseError, OSError) as error:
            raise _unavailable("stored", artifact, error) from error

    async def read(self, artifact: Artifact) -> AsyncIterator[bytes]:
        """The bytes, in chunks."""
        try:
            found = await obstore.get_async(self._store, _path(artifact))
            async for chunk in found.stream():
                yield bytes(chunk)
        except (BaseError, OSError) as error:
            raise _unavailable("read", artifact, error) from error

    async def read_whole(self, artifact: Artifact) -> bytes:
        """All the bytes at once."""
        return b"".join([chunk async for chunk in self.read(artifact)])

    def _attributes(self, artifact: Artifact) -> dict[str, str] | None:
        return None if isinstance(self._store, LocalStore) else {"Content-Type": artifact.media_type}


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


def _unavailable(done: str, artifact: Artifact, error: Exception) -> Unavailable:
    full = "No space left" in str(error)
    reason = "the disk is full" if full else type(error).__name__
    message = f"The file {artifact.name} could not be {done}: {reason}."
    return Unavailable(message, code="ERR_DISK_FULL" if full else "ERR_UNAVAILABLE")
