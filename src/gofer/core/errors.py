"""Errors, told apart by who must act; one table of codes that docs, faces and tests read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorCode:
    """What one code means: its HTTP status and the next step shown to whoever met it."""

    status: int
    next_step: str


class GoferError(Exception):
    """Base of every error gofer raises on purpose: a code, a sentence for people, a next step."""

    default_code = "ERR_BROKEN"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        next_step: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.next_step = next_step or CODES[self.code].next_step
        self.retry_after = retry_after
        """Seconds after which the same request may be let in, where that is known."""

    @property
    def status(self) -> int:
        """The HTTP status that this error becomes at a face."""
        return CODES[self.code].status

    def as_dict(self) -> dict[str, str]:
        """The error as faces show it: code, message, next_step."""
        return {"code": self.code, "message": self.message, "next_step": self.next_step}


class Refused(GoferError):
    """The asker must change something; never retried."""

    default_code = "ERR_REFUSED"


class Unavailable(GoferError):
    """The outside world failed; retried with backoff."""

    default_code = "ERR_UNAVAILABLE"


class Stopped(GoferError):
    """The run ended early on purpose."""

    default_code = "ERR_STOPPED"


class Blocked(Stopped):
    """A page wanted a person (CAPTCHA, one-time code, bot wall), was a question, and nobody came in time."""

    default_code = "ERR_BLOCKED"


class OverBudget(Stopped):
    """The run reached a limit of money or tokens."""

    default_code = "ERR_BUDGET_EXCEEDED"


class OutOfSteps(Stopped):
    """The agent used all the steps it was given."""

    default_code = "ERR_OUT_OF_STEPS"


class OutOfTime(Stopped):
    """The run used all the wall-clock time it was given."""

    default_code = "ERR_OUT_OF_TIME"


class Cancelled(Stopped):
    """Somebody asked the run to stop."""

    default_code = "ERR_CANCELLED"


class Denied(Stopped):
    """A person declined what the run asked for."""

    default_code = "ERR_DENIED"


class Broken(GoferError):
    """Our own fault: logged with a trace, never shown raw."""

    default_code = "ERR_BROKEN"


CODES: dict[str, ErrorCode] = {
    "ERR_REFUSED": ErrorCode(400, "Change the request and send it again."),
    "ERR_INVALID_INPUT": ErrorCode(422, "Correct the named field and send the request again."),
    "ERR_UNKNOWN_APP": ErrorCode(404, "Use one of the applications that `gofer doctor` lists."),
    "ERR_UNKNOWN_RUN": ErrorCode(404, "List the runs with `gofer runs` and use one of their ids."),
    "ERR_UNKNOWN_MODEL": ErrorCode(422, "Set `[models] default` to a `provider:name` that Pydantic AI knows."),
    "ERR_NO_MODEL": ErrorCode(422, "Set ANTHROPIC_API_KEY or OPENAI_API_KEY, or `[models] default` in gofer.toml."),
    "ERR_NOT_FOUND": ErrorCode(404, "Check the address or the id."),
    "ERR_UNAUTHENTICATED": ErrorCode(401, "Send `Authorization: Bearer TOKEN`; make one with `gofer token create`."),
    "ERR_FORBIDDEN": ErrorCode(403, "Use a token that has the scope named in the message."),
    "ERR_CONFLICT": ErrorCode(409, "Look at the run's present state with `gofer show RUN`."),
    "ERR_WRONG_METHOD": ErrorCode(405, "Use a method that the answer's Allow header names; see /openapi.json."),
    "ERR_TOO_LARGE": ErrorCode(413, "Send less at once."),
    "ERR_NOT_JSON": ErrorCode(415, "Send a JSON object with `Content-Type: application/json`."),
    "ERR_BUSY": ErrorCode(429, "Wait as many seconds as the answer's Retry-After header says, then try again."),
    "ERR_UNAVAILABLE": ErrorCode(503, "Wait a moment and try again; `gofer doctor` tells what is unreachable."),
    "ERR_MODEL_UNAVAILABLE": ErrorCode(503, "Check the model's address and key, then retry the run."),
    "ERR_SANDBOX_LOST": ErrorCode(503, "Retry the run; it gets a new sandbox."),
    "ERR_DISK_FULL": ErrorCode(507, "Free some space under the data folder, then retry."),
    "ERR_BLOCKED": ErrorCode(409, "Open the run's page and take control."),
    "ERR_STOPPED": ErrorCode(409, "Start the run again if it is still wanted."),
    "ERR_BUDGET_EXCEEDED": ErrorCode(402, "Raise the limit and retry the run."),
    "ERR_OUT_OF_STEPS": ErrorCode(409, "Allow more steps or make the goal smaller, then retry."),
    "ERR_OUT_OF_TIME": ErrorCode(409, "Allow more time or make the goal smaller, then retry."),
    "ERR_CANCELLED": ErrorCode(409, "Start the run again if it is still wanted."),
    "ERR_DENIED": ErrorCode(403, "Change what is asked for and start again."),
    "ERR_SETTINGS": ErrorCode(500, "Correct the named line of gofer.toml."),
    "ERR_LEASE_LOST": ErrorCode(503, "Nothing: another worker goes on with the run."),
    "ERR_DATA_NEWER": ErrorCode(500, "Upgrade gofer, or point GOFER_DATA at another folder."),
    "ERR_DATA_IN_USE": ErrorCode(500, "Stop the other gofer, or point GOFER_DATA at another folder."),
    "ERR_MISSING_PROGRAM": ErrorCode(500, "Run `make setup`, or install the named package."),
    "ERR_MISSING_EXTRA": ErrorCode(500, "Install the named extra with pip."),
    "ERR_BROKEN": ErrorCode(500, "Look in the log for this run; please report it with that part of the log."),
}
