"""What `gofer doctor` asks of storage and prices, without starting gofer."""

import asyncio
from pathlib import Path
from typing import Any

from pydantic_ai.models import Model
from pydantic_ai.usage import RequestUsage

from gofer.core.errors import Unavailable
from gofer.kernel.metering import candidates, price_of
from gofer.storage.artifacts import ArtifactStore
from gofer.storage.database import Database
from gofer.storage.schema import HEAD, KNOWN, refuse_damaged, revision

PATIENCE_SECONDS = 5.0


def schema(url: str, steps: str) -> tuple[bool, str]:
    """Whether this gofer can work with the database's schema, and a sentence; `steps` is where steps are kept.

    Raises `Unavailable`, and `Refused` for a damaged file.
    """
    database = Database(url)
    try:
        found = revision(database)
        if database.sqlite:
            refuse_damaged(Path(steps.removeprefix("sqlite:///")))
    finally:
        database.close()
    if found is None or found == HEAD:
        return True, f"schema {HEAD}" if found else "empty; the first start makes its tables"
    if found in KNOWN:
        return True, f"schema {found}; the next start brings it to {HEAD}"
    return False, f"schema {found}, written by a newer gofer (this one knows {HEAD}): upgrade gofer"


def keeps_artifacts(address: str, options: dict[str, Any]) -> None:
    """Raises `Unavailable` unless files can be stored there, soon."""
    asyncio.run(_try_store(address, options))


async def _try_store(address: str, options: dict[str, Any]) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await ArtifactStore(address, options).probe()
    except TimeoutError as error:
        raise Unavailable(f"{address} does not answer within {PATIENCE_SECONDS:g} seconds.") from error


def unpriced(model: Model) -> list[str]:
    """The names of those models whose price nobody knows."""
    usage = RequestUsage(input_tokens=1, output_tokens=1)
    return [one.model_name for one in candidates(model) if price_of(one.model_name, one.system, usage) is None]
