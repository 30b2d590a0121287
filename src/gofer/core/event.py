"""Events are all that happens to a run, in order: a closed union, one gapless sequence per run."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from gofer.core.artifact import Artifact
from gofer.core.question import AskedQuestion
from gofer.core.run import RunError, WaitingFor


class Body(BaseModel):
    """What an event says; every kind of event is a subclass."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RunQueued(Body):
    """The request was accepted and waits for a slot."""

    type: Literal["run.queued"] = "run.queued"


class RunStarted(Body):
    """A worker took the run up, for the first time or for another attempt."""

    type: Literal["run.started"] = "run.started"
    attempt: int
    worker: str


class RunRecovered(Body):
    """A worker went on with the run after the one before it died."""

    type: Literal["run.recovered"] = "run.recovered"
    worker: str


class RunWaiting(Body):
    """The run gave its slot back and waits."""

    type: Literal["run.waiting"] = "run.waiting"
    waiting_for: WaitingFor
    reason: str
    until: datetime | None = None


class RunResumed(Body):
    """What the run waited for happened."""

    type: Literal["run.resumed"] = "run.resumed"


class RunRetrying(Body):
    """An attempt failed; another one follows."""

    type: Literal["run.retrying"] = "run.retrying"
    attempt: int
    delay_seconds: float
    error: RunError


class RunSucceeded(Body):
    """The run reached its end with a result."""

    type: Literal["run.succeeded"] = "run.succeeded"
    output: JsonValue


class RunFailed(Body):
    """The run ended without a result."""

    type: Literal["run.failed"] = "run.failed"
    error: RunError


class RunCancelled(Body):
    """Somebody stopped the run."""

    type: Literal["run.cancelled"] = "run.cancelled"
    by: str


class StepStarted(Body):
    """A named part of the flow began."""

    type: Literal["step.started"] = "step.started"
    name: str


class StepFinished(Body):
    """A named part of the flow ended; its result is remembered."""

    type: Literal["step.finished"] = "step.finished"
    name: str
    seconds: float


class Said(Body):
    """The application tells the asker something on the way."""

    type: Literal["said"] = "said"
    text: str


class ModelStarted(Body):
    """A model was asked. A second start of the same turn voids the deltas of the first."""

    type: Literal["model.started"] = "model.started"
    turn: int
    model: str


class ModelDelta(Body):
    """A piece of the model's text, as it comes."""

    type: Literal["model.delta"] = "model.delta"
    turn: int
    text: str


class ModelFinished(Body):
    """The model's reply is complete and remembered."""

    type: Literal["model.finished"] = "model.finished"
    turn: int
    model: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    usd: float | None = Field(description="None when nobody knows this model's price.")


class ToolStarted(Body):
    """The agent called a tool."""

    type: Literal["tool.started"] = "tool.started"
    call: str
    tool: str
    arguments: JsonValue


class ToolFinished(Body):
    """The tool returned; `ok` is false when the model was told what to do instead."""

    type: Literal["tool.finished"] = "tool.finished"
    call: str
    tool: str
    ok: bool
    result: str = Field(description="The beginning of what the model saw, at most 2,000 characters.")
    seconds: float


class QuestionAsked(Body):
    """The run asks a person."""

    type: Literal["question.asked"] = "question.asked"
    question: AskedQuestion


class QuestionAnswered(Body):
    """The first valid answer came; or nobody answered and `by` is `timeout`."""

    type: Literal["question.answered"] = "question.answered"
    question_id: str
    answer: str
    by: str


class SandboxOpened(Body):
    """A computer is on; `how` tells whether it is new, found again after a crash, or a replacement."""

    type: Literal["sandbox.opened"] = "sandbox.opened"
    name: str
    profile: str
    how: Literal["new", "reattached", "moved"]
    host: str
    seconds: float


class SandboxClosed(Body):
    """The computer is gone, with everything in it that was not saved."""

    type: Literal["sandbox.closed"] = "sandbox.closed"
    name: str


class EgressRefused(Body):
    """The sandbox tried to reach somewhere it may not."""

    type: Literal["egress.refused"] = "egress.refused"
    host: str
    port: int
    reason: str


class BrowserActed(Body):
    """The browser did one thing, told as a sentence; `artifact` is a picture of it, where one was taken."""

    type: Literal["browser.acted"] = "browser.acted"
    action: str
    sentence: str
    url: str
    seconds: float
    artifact: str | None = None


class ArtifactSaved(Body):
    """A file was handed over."""

    type: Literal["artifact.saved"] = "artifact.saved"
    artifact: Artifact


class ViewerJoined(Body):
    """Somebody watches the live desktop."""

    type: Literal["viewer.joined"] = "viewer.joined"
    who: str


class ViewerLeft(Body):
    """Somebody stopped watching."""

    type: Literal["viewer.left"] = "viewer.left"
    who: str


class ControlTaken(Body):
    """A person holds keyboard and mouse; the agent's input is blocked."""

    type: Literal["control.taken"] = "control.taken"
    who: str


class ControlReturned(Body):
    """The agent may act again."""

    type: Literal["control.returned"] = "control.returned"
    who: str


EventBody = Annotated[
    RunQueued
    | RunStarted
    | RunRecovered
    | RunWaiting
    | RunResumed
    | RunRetrying
    | RunSucceeded
    | RunFailed
    | RunCancelled
    | StepStarted
    | StepFinished
    | Said
    | ModelStarted
    | ModelDelta
    | ModelFinished
    | ToolStarted
    | ToolFinished
    | QuestionAsked
    | QuestionAnswered
    | SandboxOpened
    | SandboxClosed
    | EgressRefused
    | BrowserActed
    | ArtifactSaved
    | ViewerJoined
    | ViewerLeft
    | ControlTaken
    | ControlReturned,
    Field(discriminator="type"),
]


class Event(BaseModel):
    """One entry of a run's log, as every face shows it."""

    model_config = ConfigDict(frozen=True)

    seq: int
    type: str
    at: datetime
    run_id: str
    data: dict[str, JsonValue]
