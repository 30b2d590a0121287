"""Shared desktops without a Chromium, for tests of their care: each part can be told to fail or to hang."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from pydantic_ai.messages import WorkspaceRef

from gofer.core.run import Run
from gofer.core.sandbox import Egress, Sandbox, SandboxSpec
from gofer.core.screen import Screen
from gofer.core.sharing import SharedBrowser, TrafficTold
from gofer.kernel.parts import Policy
from gofer.testing.harness import Harness, Setup, harness
from gofer.testing.sandboxes import NoSandboxes


class World:
    """What is open, and what is in trouble, by name: `close room 1`, `look at room 1`, `rooms of browser 1`."""

    def __init__(self) -> None:
        self.open: set[str] = set()
        self.broken: set[str] = set()
        self.hanging: set[str] = set()
        self.made: Counter[str] = Counter()

    def named(self, kind: str) -> str:
        """The next one of a kind, open from now."""
        self.made[kind] += 1
        self.open.add(name := f"{kind} {self.made[kind]}")
        return name

    async def act(self, what: str) -> None:
        """Do something that may be in trouble."""
        await asyncio.sleep(0)
        if what in self.hanging:
            await asyncio.Event().wait()
        if what in self.broken:
            raise ConnectionError(f"{what} is broken")


class Part:
    """Something that can be closed."""

    def __init__(self, world: World, kind: str) -> None:
        self.world = world
        self.name = world.named(kind)

    async def close(self) -> None:
        """The end, unless it is in trouble."""
        await self.world.act(f"close {self.name}")
        self.world.open.discard(self.name)


class Lane(Part):
    """A way out."""

    address = "http://127.0.0.1:3200"

    def allow(self, rules: Egress) -> None:
        """Nothing goes through it anyway."""


class Room(Part):
    """A context."""

    async def healthy(self) -> bool:
        """Well, unless it is in trouble."""
        await self.world.act(f"look at {self.name}")
        return True


class Browser(Part):
    """A Chromium."""

    alive = True

    async def room(self, proxy: str) -> Room:
        """A context, unless it is in trouble."""
        await self.world.act(f"rooms of {self.name}")
        return Room(self.world, "room")


class Box(Part):
    """A desktop."""

    def __init__(self, world: World, spec: SandboxSpec) -> None:
        super().__init__(world, "box")
        self.spec, self.screen = spec, self
        self.ref = WorkspaceRef(provider="none", id=self.name)

    async def lane(self, told: TrafficTold) -> Lane:
        """A way out."""
        return Lane(self.world, "lane")


class Desktops(NoSandboxes):
    """Makes such desktops."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.boxes: dict[str, WorkspaceRef] = {}

    async def create(self, spec: SandboxSpec) -> Sandbox:
        """One more."""
        box = Box(self.world, spec)
        self.boxes[box.name] = box.ref
        return cast(Sandbox, box)

    async def attach(self, ref: WorkspaceRef, spec: SandboxSpec) -> Sandbox:
        """One that waited, unless it is in trouble."""
        await self.world.act(f"attach {ref.id}")
        return cast(Sandbox, Box(self.world, spec))

    async def destroy(self, ref: WorkspaceRef) -> None:
        """The end, unless it is in trouble."""
        await self.world.act(f"destroy {ref.id}")
        self.boxes.pop(ref.id, None)

    async def living(self) -> list[WorkspaceRef]:
        """All that were not destroyed."""
        return list(self.boxes.values())


def run_of(principal: str) -> Run:
    """A run that wants a room."""
    wanted = {"id": f"run of {principal}", "app": "x", "status": "running", "input": {}, "created_at": 0}
    return Run.model_validate(wanted | {"principal": principal})


@asynccontextmanager
async def letting(folder: Path, world: World, policy: Policy | None = None) -> AsyncIterator[Harness]:
    """A kernel that lets such rooms."""

    async def share(screen: Screen) -> SharedBrowser:
        await world.act("share")
        return cast(SharedBrowser, Browser(world, "browser"))

    policy = policy or Policy(warm_contexts=0)
    async with harness(Setup(folder, [], policy=policy, sandboxes=Desktops(world), share_browser=share)) as kernel:
        yield kernel
