"""The bubblewrap provider keeps Pydantic AI's workspace contract and gofer's own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from pydantic_ai.messages import WorkspaceRef
from pydantic_ai.workspaces import WorkspaceBackend
from pydantic_ai.workspaces.conformance import WorkspaceBackendSuite

from gofer.core.sandbox import SandboxProvider, SandboxSpec
from gofer.sandboxes.local import LocalSandboxes
from gofer.testing.contracts.sandbox import SandboxSuite


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[LocalSandboxes]:
    """A provider whose sandboxes all end with the test."""
    provider = LocalSandboxes(tmp_path / "sandboxes")
    yield provider
    for ref in await provider.living():
        await provider.destroy(ref)


class TestWorkspaceOfLocalSandbox(WorkspaceBackendSuite):
    """Every rule of Pydantic AI's contract, with reattachment and destruction."""

    pytestmark = pytest.mark.asyncio

    @pytest.fixture
    def backend(self, local: LocalSandboxes) -> WorkspaceBackend:
        return local.sandbox(SandboxSpec())

    @pytest.fixture
    def fresh_backend(self, local: LocalSandboxes) -> Callable[[], WorkspaceBackend]:
        return lambda: local.sandbox(SandboxSpec())

    @pytest.fixture
    def attach_backend(self, local: LocalSandboxes) -> Callable[[WorkspaceRef], WorkspaceBackend]:
        return lambda ref: local.sandbox(SandboxSpec(), ref)

    @pytest.fixture
    def destroy_environment(self, local: LocalSandboxes) -> Callable[[WorkspaceBackend], Awaitable[None]]:
        async def destroy(backend: WorkspaceBackend) -> None:
            assert backend.ref
            await local.destroy(backend.ref)

        return destroy


class TestLocalSandbox(SandboxSuite):
    """gofer's additions: limits, walls, lease, screen."""

    @pytest.fixture
    def provider(self, local: LocalSandboxes) -> SandboxProvider:
        return local
