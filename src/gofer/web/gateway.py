"""What the web faces need of gofer: the table of operations, and the few live things that are no operation."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import JsonValue

from gofer.core.application import Application
from gofer.core.artifact import Artifact
from gofer.core.event import Event
from gofer.core.operation import Operation
from gofer.core.principal import Principal
from gofer.web.strangers import Strangers


class Access(Protocol):
    """Who is asking, and may they? Kept by `kernel.access`, the one policy point."""

    async def authenticate(self, token: str) -> Principal | None:
        """The principal of a bearer token or of a dashboard session's cookie; None when unknown or revoked."""

    def require(self, principal: Principal, scope: str) -> None:
        """Raises `Refused` (ERR_FORBIDDEN), naming the scope, unless it was granted."""

    async def ticket(self, principal: Principal, purpose: str, seconds: float) -> str:
        """A single-use, short-lived ticket; purpose is "login" or "vnc:RUN_ID"."""

    async def redeem(self, ticket: str, purpose: str) -> Principal | None:
        """Whose ticket it was; None when it is unknown, used, expired or for something else."""

    async def session(self, principal: Principal) -> str:
        """A dashboard session's secret, for an HttpOnly cookie; valid for 30 days."""

    async def end_session(self, secret: str) -> None:
        """Log out."""


class Feed(Protocol):
    """Events as they come."""

    def follow(self, run_id: str, after: int = 0) -> AsyncIterator[Event]:
        """Every event with seq > after, old ones first, then live; ends after the run's last event."""

    def changes(self) -> AsyncIterator[str]:
        """The ids of runs that changed, for live lists; never ends."""


class Desktops(Protocol):
    """The live desktops of running errands on this host."""

    def watchable(self, run_id: str) -> bool:
        """Whether the run has a desktop on this host right now."""

    async def open_vnc(self, run_id: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A fresh RFB connection; raises `Refused` (ERR_NOT_FOUND) when there is none."""

    async def joined(self, run_id: str, viewer: Principal) -> None:
        """Put `viewer.joined` into the run's log."""

    async def left(self, run_id: str, viewer: Principal) -> None:
        """Put `viewer.left` into the run's log, and hand control back if that viewer held it and nobody else
        of the same principal is watching."""

    async def holds_control(self, run_id: str, viewer: Principal) -> bool:
        """Whether this viewer's keyboard and mouse may reach the desktop now."""


class Files(Protocol):
    """Artifacts' bytes."""

    async def find(self, principal: Principal, artifact_id: str) -> Artifact:
        """The artifact, if this principal may see its run; raises `Refused` (ERR_NOT_FOUND)."""

    def read(self, artifact: Artifact) -> AsyncIterator[bytes]:
        """Its bytes, in chunks."""


@dataclass(frozen=True)
class Gateway:
    """Everything the web faces stand on."""

    operations: Mapping[str, Operation]
    access: Access
    feed: Feed
    desktops: Desktops
    files: Files
    novnc: Path
    """Folder of noVNC's static files (Debian's package novnc)."""
    anonymous: Principal | None = None
    """Who a caller without a token is; None, the default, refuses them. A setting, loopback only."""
    origins: tuple[str, ...] = ()
    """Further allowed Origins; the gateway's own host is always allowed."""
    demo: Mapping[str, JsonValue] | None = None
    """What `run.start` takes to run the demo errand ("app" and "input"); None hides its button."""
    applications: Mapping[str, Application] = field(default_factory=dict)
    """What errands there are: their inputs become forms, their words for a status are shown."""
    strangers: Strangers = field(default_factory=Strangers)
    """How often each address came without a valid secret."""
