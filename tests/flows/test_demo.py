"""The demo errand, whole: a real kernel, a real desktop, a real Chromium, a real shop."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from gofer.core.principal import OWNER
from gofer.core.run import Status, WaitingFor
from gofer.demo import APP, demo_input
from gofer.demo.shop import shop
from gofer.main import build
from gofer.settings import load
from gofer.testing.harness import Harness

pytestmark = pytest.mark.chromium

DEMO: dict[str, Any] = demo_input(recorded=True)


@pytest.fixture
async def gofer(tmp_path: Path) -> AsyncIterator[Harness]:
    """The real thing, with the shop served as `gofer up` serves it."""
    settings = load({"GOFER_DATA": str(tmp_path / "data")})
    async with build(settings) as built:
        config = uvicorn.Config(shop(), uds=str(built.shop_socket), log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        yield Harness(built.kernel)
        server.should_exit = True
        await serving


async def test_the_demo_errand_brings_a_table_and_a_picture(gofer: Harness) -> None:
    run = await gofer.ended((await gofer.start(APP, **DEMO)).id, within=60)
    assert run.status is Status.SUCCEEDED, run.error
    files = {file.name: file for file in await gofer.call("run.artifacts", id=run.id)}
    table = await gofer.kernel.parts.artifacts.read_whole(files["prices.csv"])
    rows = list(csv.DictReader(io.StringIO(table.decode())))
    assert len(rows) > 8
    assert all("mug" in row["name"].lower() for row in rows)
    pictures = [file for file in files.values() if file.media_type == "image/png"]
    assert pictures
    assert (run.cost.usd, run.cost.input_tokens, run.cost.unpriced_calls) == (0, 0, 0)
    told = await gofer.events(run.id)
    assert [event.type for event in told if event.type.startswith("model.")] == []
    acted = [event.data for event in told if event.type == "browser.acted"]
    assert {step["by"] for step in acted} == {"playbook"}
    assert {"step-002.jpg", "step-003.jpg"} <= {step["artifact"] for step in acted} <= {None, *files}
    assert await gofer.kernel.parts.sandboxes.living() == []


async def test_while_a_person_has_control_the_agent_keeps_its_hands_off(gofer: Harness) -> None:
    run = await gofer.start(APP, **DEMO)
    await gofer.happens(run.id, "sandbox.opened")
    await gofer.call("run.control", id=run.id, action="take")
    waiting = await gofer.reaches(run.id, Status.WAITING)
    assert waiting.waiting_for is WaitingFor.PERSON
    assert waiting.controlled_by == OWNER.id
    acted = [event for event in await gofer.events(run.id) if event.type == "browser.acted"]
    await asyncio.sleep(1)
    assert [event for event in await gofer.events(run.id) if event.type == "browser.acted"] == acted
    await gofer.call("run.control", id=run.id, action="return")
    assert (await gofer.ended(run.id, within=60)).status is Status.SUCCEEDED


async def test_the_live_desktop_speaks_vnc(gofer: Harness) -> None:
    run = await gofer.start(APP, **DEMO)
    await gofer.happens(run.id, "sandbox.opened")
    reader, writer = await gofer.kernel.desktops.open_vnc(run.id)
    assert await reader.readexactly(12) == b"RFB 003.008\n"
    writer.close()
    await gofer.ended(run.id, within=60)
    assert not gofer.kernel.desktops.watchable(run.id)
