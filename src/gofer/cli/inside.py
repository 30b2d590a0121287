"""The door inside this process, for when no gofer serves from the data folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from pydantic import TypeAdapter

from gofer.cli import logs
from gofer.cli.door import Door, given
from gofer.cli.shop import shop_open
from gofer.core.errors import Refused
from gofer.core.event import Event
from gofer.core.principal import OWNER
from gofer.main import Gofer, build
from gofer.settings import Settings
from gofer.web.calling import call


@asynccontextmanager
async def opened(settings: Settings, carry: bool) -> AsyncIterator[Door]:
    """A gofer of our own for as long as the block runs; one that carries runs serves the demo shop too."""
    logs.configure(quiet=True)
    async with build(settings, carry=carry) as gofer, shop_open(gofer.shop_socket) if carry else nullcontext():
        yield Inside(gofer)


class Inside:
    """Calls operations as the owner."""

    local = True

    def __init__(self, gofer: Gofer) -> None:
        self._gateway = gofer.gateway
        self.idle = gofer.idle

    async def call(self, operation: str, **arguments: Any) -> Any:
        """The result of an operation, as every face would give it."""
        result = await call(self._gateway, OWNER, operation, given(arguments))
        output = TypeAdapter[Any](self._gateway.operations[operation].output)
        return output.dump_python(result, mode="json")

    def follow(self, run_id: str) -> AsyncIterator[Event]:
        """Every event."""
        return self._gateway.feed.follow(run_id)

    async def file(self, artifact_id: str) -> AsyncIterator[bytes]:
        """An artifact's bytes."""
        artifact = await self._gateway.files.find(OWNER, artifact_id)
        async for chunk in self._gateway.files.read(artifact):
            yield chunk

    async def ticket(self) -> str:
        """Nothing serves a dashboard here."""
        raise Refused("No gofer is serving, so there is nothing to log in to.", next_step="Start one with `gofer up`.")

    def page(self, run_id: str) -> str | None:
        """No page without a server."""
        return None
