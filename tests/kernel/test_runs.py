"""What happens to a run between its request and its end."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gofer.core.errors import GoferError, Refused
from gofer.core.principal import Principal
from gofer.core.question import Question
from gofer.core.run import Status, WaitingFor
from gofer.testing.harness import Harness


def ledger(folder: Path) -> Path:
    return folder / "ledger"


def lines(folder: Path) -> list[str]:
    return ledger(folder).read_text().splitlines() if ledger(folder).exists() else []


async def test_a_request_becomes_a_run_with_a_result(gofer: Harness) -> None:
    run = await gofer.run("add", number=20)
    assert (run.status, run.output, run.error) == (Status.SUCCEEDED, 41, None)
    assert run.started_at is not None
    assert run.ended_at is not None


async def test_events_are_numbered_without_a_gap_and_end_with_the_result(gofer: Harness) -> None:
    run = await gofer.run("add")
    events = await gofer.events(run.id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.type for event in events] == [
        "run.queued",
        "run.started",
        "step.started",
        "step.finished",
        "step.started",
        "step.finished",
        "run.succeeded",
    ]


async def test_the_same_key_is_the_same_run(gofer: Harness) -> None:
    first = await gofer.start("add", key="once", number=1)
    again = await asyncio.gather(*[gofer.start("add", key="once", number=2) for _ in range(5)])
    assert {run.id for run in again} == {first.id}
    assert (await gofer.ended(first.id)).output == 3


@pytest.mark.parametrize(
    ("app", "values", "code", "named"),
    [
        ("nobody", {}, "ERR_UNKNOWN_APP", "nobody"),
        ("add", {"number": "many"}, "ERR_INVALID_INPUT", "number"),
        ("add", {"colour": "red"}, "ERR_INVALID_INPUT", "colour"),
    ],
)
async def test_a_wrong_request_is_refused_by_name(
    gofer: Harness, app: str, values: dict[str, Any], code: str, named: str
) -> None:
    with pytest.raises(Refused) as refused:
        await gofer.start(app, **values)
    assert refused.value.code == code
    assert named in refused.value.message


async def test_a_question_parks_the_run_until_the_first_valid_answer(gofer: Harness) -> None:
    run = await gofer.start("ask")
    waiting = await gofer.reaches(run.id, Status.WAITING)
    assert waiting.waiting_for is WaitingFor.PERSON
    with pytest.raises(Refused, match="none of yes, no"):
        await gofer.call("run.answer", id=run.id, answer="perhaps")
    await gofer.call("run.answer", id=run.id, answer="yes")
    with pytest.raises(Refused):
        await gofer.call("run.answer", id=run.id, answer="no")
    assert (await gofer.ended(run.id)).output == "yes"


async def test_of_two_answers_at_once_one_wins(gofer: Harness) -> None:
    run = await gofer.start("ask")
    await gofer.reaches(run.id, Status.WAITING)
    answers = [gofer.call("run.answer", id=run.id, answer=answer) for answer in ("yes", "no")]
    outcomes = await asyncio.gather(*answers, return_exceptions=True)
    assert sum(isinstance(outcome, GoferError) for outcome in outcomes) == 1
    answered = [event for event in await gofer.events(run.id) if event.type == "question.answered"]
    assert len(answered) == 1
    assert (await gofer.ended(run.id)).output == answered[0].data["answer"]


async def test_an_unanswered_question_times_out_into_its_default(gofer: Harness) -> None:
    question = Question(text="Go on?", default="no", timeout_seconds=0.2)
    assert (await gofer.run("ask", question=question)).output == "no"


async def test_an_unanswered_question_without_a_default_ends_the_run(gofer: Harness) -> None:
    run = await gofer.run("ask", question=Question(text="Go on?", timeout_seconds=0.2))
    assert run.status is Status.FAILED
    assert run.error is not None
    assert run.error.code == "ERR_DENIED"


async def test_cancel_reaches_a_running_step_and_its_clean_up_runs(gofer: Harness, folder: Path) -> None:
    run = await gofer.start("hang", ledger=str(ledger(folder)))
    await gofer.happens(run.id, "step.started")
    while "began" not in lines(folder):
        await asyncio.sleep(0.01)
    await gofer.call("run.cancel", id=run.id)
    ended = await gofer.ended(run.id, within=2)
    assert ended.status is Status.CANCELLED
    assert lines(folder) == ["began", "cleaned up"]


async def test_cancel_ends_a_waiting_run_at_once_and_withdraws_its_question(gofer: Harness) -> None:
    run = await gofer.start("ask")
    await gofer.reaches(run.id, Status.WAITING)
    await gofer.call("run.cancel", id=run.id)
    assert (await gofer.ended(run.id, within=2)).status is Status.CANCELLED
    with pytest.raises(Refused):
        await gofer.call("run.answer", id=run.id, answer="yes")


async def test_an_ended_run_cannot_be_cancelled(gofer: Harness) -> None:
    run = await gofer.run("add")
    with pytest.raises(Refused) as refused:
        await gofer.call("run.cancel", id=run.id)
    assert refused.value.code == "ERR_CONFLICT"


async def test_a_failing_world_is_tried_again_without_repeating_what_succeeded(gofer: Harness, folder: Path) -> None:
    run = await gofer.run("stumble", ledger=str(ledger(folder)), failures=2)
    assert run.output == 3
    assert run.attempt == 3
    assert lines(folder) == ["good", "bad", "bad", "bad"]


async def test_after_the_last_attempt_the_run_is_a_dead_letter_that_can_be_retried(
    gofer: Harness, folder: Path
) -> None:
    run = await gofer.run("stumble", ledger=str(ledger(folder)), failures=3)
    assert run.status is Status.FAILED
    assert run.error is not None
    assert (run.error.code, run.error.message) == ("ERR_UNAVAILABLE", "The site is down.")
    again = await gofer.call("run.retry", id=run.id, input={"ledger": str(ledger(folder)), "failures": 0})
    ended = await gofer.ended(again.id)
    assert (ended.output, ended.retry_of) == (3, run.id)


async def test_backing_off_lasts_longer_each_time(gofer: Harness, folder: Path) -> None:
    run = await gofer.run("stumble", ledger=str(ledger(folder)), failures=2)
    retrying = [event for event in await gofer.events(run.id) if event.type == "run.retrying"]
    assert [event.data["delay_seconds"] for event in retrying] == pytest.approx([0.05, 0.15])
    waits = [event for event in await gofer.events(run.id) if event.type == "run.resumed"]
    for begun, over in zip(retrying, waits, strict=True):
        assert (over.at - begun.at).total_seconds() >= float(str(begun.data["delay_seconds"])) * 0.9


async def test_what_the_asker_must_change_is_not_retried(gofer: Harness) -> None:
    run = await gofer.run("refuse")
    assert run.attempt == 1
    assert run.error is not None
    assert run.error.message == "The goal makes no sense."


async def test_a_bug_is_shown_as_a_sentence_not_as_a_traceback(gofer: Harness) -> None:
    run = await gofer.run("break_down")
    assert run.error is not None
    assert run.error.code == "ERR_BROKEN"
    assert "Traceback" not in run.error.message


async def test_a_run_that_works_too_long_is_stopped(gofer: Harness) -> None:
    run = await gofer.run("hurried", seconds=30)
    assert run.error is not None
    assert run.error.code == "ERR_OUT_OF_TIME"


async def test_a_timer_holds_no_slot(gofer: Harness) -> None:
    run = await gofer.start("nap", seconds=0.5)
    waiting = await gofer.reaches(run.id, Status.WAITING)
    assert waiting.waiting_for is WaitingFor.TIMER
    assert (await gofer.ended(run.id)).output == "rested"


async def test_what_one_run_remembers_the_next_one_recalls(gofer: Harness) -> None:
    assert [(await gofer.run("remember", number=2)).output for _ in range(3)] == [2, 4, 6]


async def test_a_saved_file_is_listed_with_its_type_and_size(gofer: Harness) -> None:
    run = await gofer.run("remember", number=12)
    (artifact,) = await gofer.call("run.artifacts", id=run.id)
    assert (artifact.name, artifact.media_type, artifact.size) == ("count.txt", "text/plain", 2)
    assert await gofer.kernel.parts.artifacts.read_whole(artifact) == b"12"


async def test_a_file_is_kept_once_for_its_bytes_and_another_one_beside_it(gofer: Harness, tmp_path: Path) -> None:
    run = await gofer.run("redo", ledger=str(tmp_path / "ledger"))
    assert run.status is Status.SUCCEEDED
    saved = await gofer.call("run.artifacts", id=run.id)
    assert [(one.name, one.size) for one in saved] == [("page.txt", 5), ("page.txt", 12)]
    assert [await gofer.kernel.parts.artifacts.read_whole(one) for one in saved] == [b"first", b"another page"]


async def test_principals_see_only_their_own_runs(gofer: Harness) -> None:
    run = await gofer.run("add")
    stranger = Principal(id="stranger", scopes=frozenset({"runs:read"}))
    with pytest.raises(Refused) as refused:
        await gofer.call("run.show", stranger, id=run.id)
    assert refused.value.code == "ERR_UNKNOWN_RUN"
    assert (await gofer.call("run.list", stranger)).runs == []
    assert [found.id for found in (await gofer.call("run.list")).runs] == [run.id]
