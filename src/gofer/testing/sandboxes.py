"""A provider without computers, for what needs none."""

from pydantic_ai.messages import WorkspaceRef

from gofer.core.errors import Refused
from gofer.core.sandbox import Enforcement, Profile, Sandbox, SandboxSpec


class NoSandboxes:
    """Refuses to make any sandbox, and has none to clean up."""

    name = "none"

    def enforcement(self) -> Enforcement:
        """Nothing is enforced, for nothing runs."""
        return Enforcement(memory="none", pids="none", cpu="none", disk="none", wall="none", network="none")

    def problems(self, profile: Profile) -> list[str]:
        """No problem: nothing is promised."""
        return []

    async def create(self, spec: SandboxSpec) -> Sandbox:
        """Refuse."""
        raise Refused("There are no sandboxes here.")

    async def attach(self, ref: WorkspaceRef, spec: SandboxSpec) -> Sandbox:
        """Refuse."""
        raise Refused("There are no sandboxes here.")

    async def destroy(self, ref: WorkspaceRef) -> None:
        """Nothing to end."""

    async def living(self) -> list[WorkspaceRef]:
        """None."""
        return []

    async def heartbeat(self, refs: list[WorkspaceRef]) -> None:
        """Nobody hears it."""
