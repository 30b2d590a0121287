"""What the kernel's rooms share, put together once by `main.build`."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from pydantic_ai.models import Model

from gofer.core.application import Application
from gofer.core.browser import Browser
from gofer.core.clock import Clock
from gofer.core.playbook import Rules
from gofer.core.sandbox import SandboxProvider
from gofer.core.screen import Screen
from gofer.core.session import Sitting
from gofer.core.sharing import SharedBrowser
from gofer.kernel.log import EventLog
from gofer.storage.artifacts import ArtifactStore
from gofer.storage.database import Database
from gofer.storage.vault import Vault

OpenBrowser = Callable[[Screen, Sitting], AbstractAsyncContextManager[Browser]]
ShareBrowser = Callable[[Screen], Awaitable[SharedBrowser]]


@dataclass(frozen=True)
class Policy:
    """How many runs at once, and how failures are met."""

    concurrent_runs: int = 10
    per_principal: int = 10
    attempts: int = 3
    retry_seconds: float = 2.0
    retry_factor: float = 3.0
    allow_unpriced: bool = False
    playbooks: Rules = field(default_factory=Rules)
    sandboxes: int = 24
    warm_desktops: int = 0
    warm_contexts: int = 2
    shared_idle_seconds: float = 120.0
    share_across_principals: bool = False
    keep_steps_days: float = 7.0
    private: bool = False
    """Whether desktops reach addresses of this machine and its network."""


@dataclass(frozen=True)
class Parts:
    """The parts that a worker needs to carry runs. `worker` names this process, `host` this machine and folder."""

    worker: str
    host: str
    database: Database
    log: EventLog
    clock: Clock
    applications: Mapping[str, Application]
    artifacts: ArtifactStore
    sandboxes: SandboxProvider
    open_browser: OpenBrowser
    share_browser: ShareBrowser
    vault: Vault
    model: Callable[[], Model | None]
    policy: Policy
