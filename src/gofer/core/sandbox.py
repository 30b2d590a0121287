"""A Sandbox is the computer an errand is done on: Pydantic AI's workspace plus lease, limits and a Screen."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field
from pydantic_ai.messages import WorkspaceRef
from pydantic_ai.workspaces import SupportsCommands, SupportsFilesystem, WorkspaceBackend

from gofer.core.screen import Screen


class Profile(StrEnum):
    """What kind of computer: `code` has a shell and files, `desktop` also a screen with a browser."""

    CODE = "code"
    DESKTOP = "desktop"


class Limits(BaseModel):
    """Hard limits of one sandbox."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory_mb: int = Field(2048, ge=16, description="Memory of everything inside, in MiB.")
    pids: int = Field(512, ge=8, description="Processes and threads at once.")
    cpus: float = Field(2.0, gt=0, description="CPU time per second of wall time, in cores.")
    wall_seconds: float = Field(6 * 3600.0, gt=0, description="Age at which the sandbox is destroyed.")
    disk_mb: int = Field(2048, ge=8, description="Bytes in the workspace and temporary folders, in MiB.")


class Egress(BaseModel):
    """Where a sandbox may go on the network. Private addresses are refused whatever is listed, unless `private`.

    A pattern with a `*` means names; an address instead of a name has to be listed itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow: tuple[str, ...] = Field((), description='Host patterns: "example.org", "*.example.org", "*".')
    deny: tuple[str, ...] = Field((), description="Host patterns refused even when allowed above.")
    private: bool = Field(False, description="Let private and loopback addresses pass too; only an operator says so.")


class SandboxSpec(BaseModel):
    """What a run asks for when it asks for a sandbox."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: Profile = Profile.CODE
    limits: Limits = Limits()
    egress: Egress = Egress()
    image: str | None = Field(None, description="A root file system; None is the host's /usr, read-only.")


class Traffic(BaseModel):
    """One verdict of the egress proxy, as told to whoever watches."""

    host: str
    port: int
    allowed: bool
    reason: str
    sent: int = 0
    received: int = 0


class NetworkUse(BaseModel):
    """What a sandbox did on the network since it was made."""

    model_config = ConfigDict(frozen=True)

    requests: int = Field(0, ge=0, description="Requests that the proxy understood, refused ones included.")
    refused: int = Field(0, ge=0, description="Those that the rules, or the address, did not let pass.")
    sent: int = Field(0, ge=0, description="Bytes up, to servers.")
    received: int = Field(0, ge=0, description="Bytes down, from servers.")


class Enforcement(BaseModel):
    """Which limits this machine really enforces, for `gofer doctor` and the run's page."""

    memory: str
    pids: str
    cpu: str
    disk: str
    wall: str
    network: str
    detail: str = ""


@runtime_checkable
class Sandbox(WorkspaceBackend, SupportsCommands, SupportsFilesystem, Protocol):
    """A computer that is on: commands, files, perhaps a screen. Closing lets go of it; destroying ends it."""

    @property
    def spec(self) -> SandboxSpec:
        """What was asked for."""

    @property
    def screen(self) -> Screen | None:
        """The desktop, or None for the `code` profile."""

    @property
    def enforcement(self) -> Enforcement:
        """Which limits are real for this sandbox."""

    @property
    def network_use(self) -> NetworkUse:
        """Requests and bytes so far, from before a crash of gofer too; all zero when the sandbox is gone."""

    async def close(self) -> None:
        """Let go of host-side resources (proxy, forwarder); the sandbox itself lives on."""


class SandboxProvider(Protocol):
    """Makes, finds and ends sandboxes on this host. Stateless but for what lies on disk."""

    name: str

    def enforcement(self) -> Enforcement:
        """Which limits are real on this machine; also raises `Refused` (ERR_MISSING_PROGRAM) when it can't work."""

    def problems(self, profile: Profile) -> list[str]:
        """Sentences about what keeps this profile from working here; empty when it works."""

    async def create(self, spec: SandboxSpec) -> Sandbox:
        """A new sandbox, ready: for a desktop the screen is up and the browser answers."""

    async def attach(self, ref: WorkspaceRef, spec: SandboxSpec) -> Sandbox:
        """The living sandbox behind `ref`; raises `WorkspaceUnavailableError` when it is gone."""

    async def destroy(self, ref: WorkspaceRef) -> None:
        """End it: no process, cgroup, socket or folder stays. Repeating is harmless."""

    async def living(self) -> list[WorkspaceRef]:
        """Every sandbox of this provider on this host, held or not (what the reaper compares with leases)."""

    async def heartbeat(self, refs: list[WorkspaceRef]) -> None:
        """Say that these are still held: a sandbox that hears nothing for ten minutes ends itself."""


Names = Mapping[str, str]
"""Host names that the egress proxy answers itself: name -> path of a unix socket (the demo shop)."""
