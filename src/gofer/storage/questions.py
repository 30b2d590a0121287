"""Questions as rows; the first valid answer wins because only an open question can be answered."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from gofer.core.question import AskedQuestion, Question, QuestionState
from gofer.storage.tables import questions


def ask(connection: sa.Connection, asked: AskedQuestion) -> None:
    """Store an open question; asking the same id again changes nothing, unless it was withdrawn."""
    before = find(connection, asked.id)
    if before is None:
        connection.execute(sa.insert(questions), [_as_row(asked)])
    elif before.state is QuestionState.WITHDRAWN:
        connection.execute(sa.update(questions).where(questions.c.id == asked.id).values(_as_row(asked)))


def find(connection: sa.Connection, question_id: str) -> AskedQuestion | None:
    """The question as it stands, or None."""
    row = connection.execute(sa.select(questions).where(questions.c.id == question_id)).mappings().one_or_none()
    return None if row is None else _as_question(row)


def open_of(connection: sa.Connection, run_id: str) -> list[AskedQuestion]:
    """The open questions of a run, oldest first."""
    wanted = sa.select(questions).where(questions.c.run_id == run_id, questions.c.state == QuestionState.OPEN.value)
    return [_as_question(row) for row in connection.execute(wanted.order_by(questions.c.asked_at)).mappings()]


def close(
    connection: sa.Connection, question_id: str, state: QuestionState, answer: str | None = None, by: str | None = None
) -> bool:
    """End an open question; False when somebody was faster."""
    change = (
        sa.update(questions)
        .where(questions.c.id == question_id, questions.c.state == QuestionState.OPEN.value)
        .values(state=state.value, answer=answer, answered_by=by)
    )
    return connection.execute(change).rowcount == 1


def postpone(connection: sa.Connection, question_id: str, deadline: datetime) -> bool:
    """Move an open question's deadline; False when it is open no longer."""
    change = (
        sa.update(questions)
        .where(questions.c.id == question_id, questions.c.state == QuestionState.OPEN.value)
        .values(deadline=deadline.timestamp())
    )
    return connection.execute(change).rowcount == 1


def expire(connection: sa.Connection, asked: AskedQuestion, by: str) -> bool:
    """End an open question whose deadline still is what it was; False when it was answered or postponed."""
    stored = find(connection, asked.id)
    if stored is None or stored.deadline != asked.deadline:
        return False
    return close(connection, asked.id, QuestionState.EXPIRED, asked.question.default, by)


def closed(connection: sa.Connection, question_ids: list[str]) -> list[AskedQuestion]:
    """Those of these questions that are no longer open."""
    wanted = sa.select(questions).where(questions.c.id.in_(question_ids), questions.c.state != QuestionState.OPEN.value)
    return [_as_question(row) for row in connection.execute(wanted).mappings()]


def _as_row(asked: AskedQuestion) -> dict[str, Any]:
    return {
        "id": asked.id,
        "run_id": asked.run_id,
        "question": asked.question.model_dump(mode="json"),
        "state": asked.state.value,
        "asked_at": asked.asked_at.timestamp(),
        "deadline": asked.deadline.timestamp() if asked.deadline else None,
    }


def _as_question(row: sa.RowMapping) -> AskedQuestion:
    return AskedQuestion(
        id=row["id"],
        run_id=row["run_id"],
        question=Question.model_validate(row["question"]),
        state=QuestionState(row["state"]),
        answer=row["answer"],
        answered_by=row["answered_by"],
        asked_at=datetime.fromtimestamp(row["asked_at"], UTC),
        deadline=datetime.fromtimestamp(row["deadline"], UTC) if row["deadline"] else None,
    )


def withdraw(connection: sa.Connection, run_id: str) -> None:
    """Close what an ended run still asked."""
    connection.execute(_WITHDRAW, {"of_run": run_id})


_WITHDRAW = (
    sa.update(questions)
    .where(questions.c.run_id == sa.bindparam("of_run"), questions.c.state == QuestionState.OPEN.value)
    .values(state=QuestionState.WITHDRAWN.value)
)
