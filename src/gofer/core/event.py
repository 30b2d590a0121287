"""Events are all that happens to a run, in order: a closed union, one gapless sequence per run."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from gofer.core.artifact import Artifact
from gofer.core.blocker import Blocker
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
    """The first valid answer came; or nobody answered and `by` is `timeout`, or it happened and `by` is `itself`."""

    type: Literal["question.answered"] = "question.answered"
    question_id: str
    answer: str
    by: str


class QuestionPostponed(Body):
    """Somebody gave the question more time."""

    type: Literal["question.postponed"] = "question.postponed"
    question_id: str
    deadline: datetime
    by: str


class QuestionWithdrawn(Body):
    """Nothing needs to be answered any more: the run went on without, after a crash. Its end tells that by itself."""

    type: Literal["question.withdrawn"] = "question.withdrawn"
    question_id: str


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
    step: int | None = Field(None, description="Number of the playbook's step, where there is one.")
    by: Literal["playbook", "healed", "model"] | None = Field(None, description="Who knew what to do.")
    usd: float | None = Field(None, description="What the model was paid to find this action.")


class BlockerSeen(Body):
    """Something stands between the errand and its page and wants a person."""

    type: Literal["blocker.seen"] = "blocker.seen"
    blocker: Blocker
    url: str
    artifact: str | None = None


class BlockerGone(Body):
    """The errand goes on: the blocker went away, or a person said that it did; or it gives up."""

    type: Literal["blocker.gone"] = "blocker.gone"
    kind: str
    how: Literal["cleared", "done", "aborted", "deadline"]
    seconds: float


class PlaybookSaved(Body):
    """A successful errand was written down as steps, or a step of them was mended."""

    type: Literal["playbook.saved"] = "playbook.saved"
    name: str
    version: int
    agreeing: int = Field(description="Runs in a row whose steps agreed.")
    served: bool = Field(description="Whether the next run replays it.")
    why: str


class SessionRestored(Body):
    """The browser began with what it knew at the end of an earlier errand."""

    type: Literal["session.restored"] = "session.restored"
    profile: str
    version: int


class SessionFresh(Body):
    """The browser began knowing nothing, though a profile was named: nothing was saved yet, or it could not be used."""

    type: Literal["session.fresh"] = "session.fresh"
    profile: str
    reason: str


class SessionSaved(Body):
    """What the browser knows is kept, sealed, for the next errand with this profile."""

    type: Literal["session.saved"] = "session.saved"
    profile: str
    version: int


class SessionUnsaved(Body):
    """What the browser knows, or part of it, could not be kept; of that the next errand has what was kept before."""

    type: Literal["session.unsaved"] = "session.unsaved"
    profile: str
    reason: str


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
    | QuestionPostponed
    | QuestionWithdrawn
    | SandboxOpened
    | SandboxClosed
    | EgressRefused
    | BrowserActed
    | BlockerSeen
    | BlockerGone
    | PlaybookSaved
    | SessionRestored
    | SessionFresh
    | SessionSaved
    | SessionUnsaved
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
