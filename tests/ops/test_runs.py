"""What a retry takes over from the run that it repeats, and what every run says of its beginning."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, JsonValue

from gofer.core.application import Application, RunContext
from gofer.core.errors import Refused
from gofer.ops.runs import merged
from gofer.testing.harness import Setup, harness


class Words(BaseModel):
    """What shall be said."""

    model_config = ConfigDict(extra="forbid")

    name: str
    times: int = 1


async def say(run: RunContext, asked: Words) -> str:
    """Says it."""
    return asked.name * asked.times


SAY = Application("say", "Says something.", Words, say)


@pytest.mark.parametrize(
    ("patch", "whole"),
    [
        ({}, {"a": {"b": 1, "c": 2}, "d": 3}),
        ({"a": {"b": 4}}, {"a": {"b": 4, "c": 2}, "d": 3}),
        ({"d": None, "a": {"c": None}}, {"a": {"b": 1}}),
        ({"a": 5, "d": {"e": None, "f": 6}}, {"a": 5, "d": {"f": 6}}),
    ],
)
def test_a_merge_patch_changes_what_it_names(patch: dict[str, JsonValue], whole: dict[str, JsonValue]) -> None:
    assert merged({"a": {"b": 1, "c": 2}, "d": 3}, patch) == whole


async def test_a_retry_keeps_what_it_is_not_given(folder: Path) -> None:
    async with harness(Setup(folder, [SAY])) as gofer:
        old = await gofer.run("say", name="Ada")
        new = await gofer.call("run.retry", id=old.id, input={"times": 2})
        assert new.input == {"name": "Ada", "times": 2}
        assert (await gofer.ended(new.id)).output == "AdaAda"


async def test_a_retry_is_checked_like_every_request(folder: Path) -> None:
    async with harness(Setup(folder, [SAY])) as gofer:
        old = await gofer.run("say", name="Ada")
        with pytest.raises(Refused, match="name: Field required"):
            await gofer.call("run.retry", id=old.id, input={"name": None})


@pytest.mark.parametrize("trigger", ["manual", "api"])
async def test_a_run_says_whether_a_person_or_a_program_asked(folder: Path, trigger: str) -> None:
    async with harness(Setup(folder, [SAY])) as gofer:
        run = await gofer.call("run.start", app="say", input={"name": "Ada"}, trigger=trigger)
        assert run.trigger == trigger
