"""Artifacts for those who may see them."""

from collections.abc import AsyncIterator
from functools import partial

import sqlalchemy as sa

from gofer.core.artifact import Artifact
from gofer.core.errors import Refused
from gofer.core.principal import Principal
from gofer.storage import artifacts, runs
from gofer.storage.artifacts import ArtifactStore
from gofer.storage.database import Database


class Files:
    """Finds and reads what runs handed over."""

    def __init__(self, database: Database, store: ArtifactStore) -> None:
        self._database = database
        self._store = store

    async def find(self, principal: Principal, artifact_id: str) -> Artifact:
        """The artifact, if this principal may see its run."""
        found = await self._database.read(partial(_find, artifact_id=artifact_id))
        if found is None or not (principal.owns_everything or found[1] == principal.id):
            raise Refused(f"There is no file {artifact_id!r}.", code="ERR_NOT_FOUND")
        return found[0]

    def read(self, artifact: Artifact) -> AsyncIterator[bytes]:
        """Its bytes, in chunks."""
        return self._store.read(artifact)


def _find(connection: sa.Connection, artifact_id: str) -> tuple[Artifact, str] | None:
    artifact = artifacts.find(connection, artifact_id)
    row = None if artifact is None else runs.find(connection, artifact.run_id)
    return None if artifact is None or row is None else (artifact, row["principal"])
