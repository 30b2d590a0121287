"""Events as lines."""

from datetime import UTC, datetime

from gofer.cli.words import line
from gofer.core.event import Event, QuestionWithdrawn, RunRetrying, RunStarted
from gofer.core.run import RunError


def told(body: RunRetrying | RunStarted | QuestionWithdrawn) -> str | None:
    """The line of an event."""
    data = body.model_dump(mode="json", exclude={"type"})
    return line(Event(seq=1, type=body.type, at=datetime.now(UTC), run_id="r-1", data=data))


def test_the_attempt_that_failed_is_not_called_by_the_number_of_the_next() -> None:
    error = RunError(code="ERR_UNAVAILABLE", message="It is away.", next_step="Wait.")
    assert told(RunRetrying(attempt=2, delay_seconds=2, error=error)) == "attempt 1 failed (It is away.); again in 2 s"
    assert told(RunStarted(attempt=2, worker="local")) == "started, attempt 2"


def test_a_question_that_nobody_has_to_answer_any_more_is_told() -> None:
    assert told(QuestionWithdrawn(question_id="r-1-q")) == "needs no answer any more"
