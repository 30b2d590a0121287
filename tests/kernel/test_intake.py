"""A request that was accepted once is known by its key, whatever became of what it named."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from gofer.core.application import Application, RunContext
from gofer.core.errors import Refused
from gofer.core.principal import Principal
from gofer.testing.harness import Harness, Setup, harness

PLAYBOOKS = {"price_watch": "open the shop"}


class Asked(BaseModel):
    """Which playbook."""

    model_config = ConfigDict(extra="forbid")

    playbook: str


async def replay(_run: RunContext, asked: Asked) -> str:
    """Its name."""
    return asked.playbook


@pytest.fixture
async def gofer(folder: Path) -> AsyncIterator[Harness]:
    """A kernel whose one application replays playbooks."""
    application = Application(
        "replay", "Replays.", Asked, replay, playbook_of=lambda asked: asked.playbook, bundled=lambda: PLAYBOOKS
    )
    async with harness(Setup(folder, [application])) as ready:
        yield ready


@pytest.mark.parametrize(
    ("app", "values"),
    [
        ("replay", {"playbook": "gone"}),
        ("replay", {"colour": "red"}),
        ("gone", {}),
    ],
)
async def test_a_known_key_gives_its_run_though_the_request_would_be_refused_today(
    gofer: Harness, app: str, values: dict[str, Any]
) -> None:
    first = await gofer.start("replay", key="once", playbook="price_watch")
    assert (await gofer.start(app, key="once", **values)).id == first.id
    with pytest.raises(Refused):
        await gofer.start(app, key="another", **values)
    with pytest.raises(Refused):
        await gofer.start(app, **values)


async def test_a_key_is_its_principals_own_and_opens_nothing_to_others(gofer: Harness) -> None:
    first = await gofer.start("replay", key="once", playbook="price_watch")
    stranger = Principal(id="stranger", scopes=frozenset({"runs:write"}))
    asked = {"app": "replay", "key": "once", "input": {"playbook": "gone"}}
    with pytest.raises(Refused) as refused:
        await gofer.call("run.start", stranger, **asked)
    assert refused.value.code == "ERR_INVALID_INPUT"
    theirs = await gofer.call("run.start", stranger, **{**asked, "input": {"playbook": "price_watch"}})
    assert theirs.id != first.id
