"""How commands reach gofer: over HTTP where one serves from the data folder, else inside this process."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Any, Protocol

from gofer.cli.notice import serving
from gofer.core.event import Event
from gofer.settings import Settings


class Door(Protocol):
    """One way to gofer. Operations' results come as JSON values; both ways raise `GoferError`."""

    local: bool
    """Whether gofer lives in this process, and ends with it."""

    idle: bool
    """Whether nobody carries runs now."""

    async def call(self, operation: str, **arguments: Any) -> Any:
        """The result of an operation; arguments that are None are left out."""

    def follow(self, run_id: str) -> AsyncIterator[Event]:
        """Every event of the run from its first, ending after its last."""

    def file(self, artifact_id: str) -> AsyncIterator[bytes]:
        """An artifact's bytes, in chunks."""

    async def ticket(self) -> str:
        """The dashboard's address with a fresh single-use login ticket."""

    def page(self, run_id: str) -> str | None:
        """The address of the run's page, where somebody serves it."""


def open_door(settings: Settings, carry: bool = False) -> AbstractAsyncContextManager[Door]:
    """A door that is open for as long as the block runs. With `carry`, runs are carried even where nobody serves."""
    opened: AbstractAsyncContextManager[Door]
    if serving(settings.data) is None:
        opened = import_module("gofer.cli.inside").opened(settings, carry)
    else:
        opened = import_module("gofer.cli.remote").opened(settings)
    return opened


def given(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments that were given."""
    return {name: value for name, value in arguments.items() if value is not None}
