"""Whoever sits at the keyboard is asked only for as long as an answer is needed."""

import asyncio
from datetime import UTC, datetime
from typing import cast

import pytest

from gofer.cli import follow
from gofer.cli.door import Door
from gofer.cli.view import Silent
from gofer.core.event import Body, Event, QuestionAsked, QuestionWithdrawn
from gofer.core.question import AskedQuestion, Question


def event(kind: str, body: Body) -> Event:
    data = body.model_dump(mode="json", exclude={"type"})
    return Event(seq=1, type=kind, at=datetime.now(UTC), run_id="r-1", data=data)


async def test_the_keyboard_is_let_go_when_a_question_is_withdrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    left = asyncio.Event()

    async def line() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            left.set()
        return ""

    monkeypatch.setattr(follow, "read_line", line)
    asker = follow.Asker(cast(Door, None), Silent())  # nobody answers, so nothing goes through it
    asked = AskedQuestion(id="q", run_id="r-1", question=Question(text="Stuck."), asked_at=datetime.now(UTC))
    asker.hear(event("question.asked", QuestionAsked(question=asked)))
    await asyncio.sleep(0.01)
    asker.hear(event("question.withdrawn", QuestionWithdrawn(question_id="q")))
    async with asyncio.timeout(5):
        await left.wait()
