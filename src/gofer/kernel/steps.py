"""Remembered steps: the bridge between what a flow calls and what the engine writes down."""

import errno
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, cast

import structlog
from pydantic import JsonValue

from gofer.core.errors import (
    Blocked,
    Broken,
    Cancelled,
    Denied,
    GoferError,
    OutOfSteps,
    OutOfTime,
    OverBudget,
    Refused,
    Stopped,
    Unavailable,
)
from gofer.core.event import EventBody, StepFinished, StepStarted
from gofer.kernel.engine.engine import Engine
from gofer.kernel.log import EventLog

log = structlog.get_logger()


@dataclass
class _Inside:
    """The step that is being made, and what was asked for inside it so far."""

    key: str
    calls: Counter[str] = field(default_factory=Counter)


_inside: ContextVar[_Inside | None] = ContextVar("inside_a_step", default=None)

KINDS: dict[str, type[GoferError]] = {
    kind.__name__: kind
    for kind in (Refused, Unavailable, Blocked, Stopped, OverBudget, OutOfSteps, OutOfTime, Cancelled, Denied, Broken)
}

Work = Callable[[], Awaitable[JsonValue]]


@dataclass(frozen=True)
class Telling:
    """What the event log is told of a step: that it begins, and what it came to, from its value and seconds."""

    started: EventBody
    finished: Callable[[Any, float], EventBody | None]


def by_name(name: str) -> Telling:
    """What is told of a step that a flow names."""
    return Telling(StepStarted(name=name), lambda _value, seconds: StepFinished(name=name, seconds=seconds))


class Steps:
    """The memory of one run: each call is known by its name and how often that name was called before."""

    def __init__(self, engine: Engine, log: EventLog, run_id: str) -> None:
        self._engine = engine
        self._log = log
        self._run_id = run_id
        self._done: dict[str, JsonValue] = {}
        self._failed: dict[str, dict[str, str]] = {}
        self._told: set[str] = set()
        self._calls: Counter[str] = Counter()
        self._before: dict[tuple[int | None, str], dict[str, Any]] = {}
        """What was recorded before this life: successes by their key, failures by attempt and key."""
        self._unasked: set[tuple[int, str]] = set()
        """What was recorded before this life and not yet asked for in it, by attempt and key."""
        self.attempt = 1

    async def recollect(self) -> None:
        """Learn what was recorded before a crash. It is known by name, so a flow may have changed since."""
        for name in await self._engine.history(self._run_id):
            stored: Any = await self._engine.step(name, _nothing)
            if stored is not None:
                self._keep(stored)

    def _keep(self, stored: dict[str, Any]) -> None:
        attempt, key = stored["attempt"], stored["key"]
        self._before[attempt if "error" in stored else None, key] = stored
        self._unasked.add((attempt, key))

    def begin(self, attempt: int) -> None:
        """Start over from the flow's top; what succeeded is not done again, what failed only in another attempt."""
        if attempt != self.attempt:
            self._failed.clear()
        self.attempt = attempt
        self._told.clear()
        self._calls.clear()

    def ordinal(self, name: str) -> int:
        """How often this name was asked for in this attempt, this time included."""
        self._calls[name] += 1
        return self._calls[name]

    def inside(self) -> bool:
        """Whether this is called from inside a step."""
        return _inside.get() is not None

    def identity(self, name: str) -> str:
        """A name for the next thing of this kind: the same after a crash and in another attempt, also inside a step."""
        inside = _inside.get()
        if inside is None:
            return f"{name}#{self.ordinal(f'identity of {name}')}"
        inside.calls[name] += 1
        return f"{inside.key}/{name}#{inside.calls[name]}"

    async def remember(self, name: str, work: Work, telling: Telling | None = None) -> JsonValue:
        """What `work()` gave, now, before a crash, or in an earlier attempt. `telling` puts it into the event log."""
        if self.inside():
            return await work()
        key = f"{name}#{self.ordinal(name)}"
        if key in self._done:
            return self._done[key]
        if key in self._failed:
            raise revive(self._failed[key])
        stored = self._recorded(key)
        if stored is None:
            stored = cast(dict[str, Any], await self._engine.step(name, lambda: self._once(key, name, work, telling)))
        if telling:
            self._tell_finished(key, telling, stored)
        if "error" in stored:
            self._failed[key] = stored["error"]
            raise revive(stored["error"])
        self._done[key] = stored["value"]
        return self._done[key]

    def _recorded(self, key: str) -> dict[str, Any] | None:
        self._unasked.discard((self.attempt, key))
        return self._before.get((self.attempt, key)) or self._before.get((None, key))

    def expects(self, name: str) -> bool:
        """Whether a step of this name may follow: nothing of this attempt is recorded any more, or that one is."""
        left = {key for attempt, key in self._unasked if attempt == self.attempt}
        return not left or f"{name}#1" in left

    async def _once(self, key: str, name: str, work: Work, telling: Telling | None) -> JsonValue:
        _inside.set(_Inside(key))  # the engine runs each step in a context of its own
        if telling:
            self._tell_started(key, telling)
        began = time.monotonic()
        try:
            outcome: dict[str, JsonValue] = {"value": await work()}
        except GoferError as error:
            outcome = {"error": freeze(error)}
        except Exception as error:
            outcome = {"error": freeze(understood(error, run=self._run_id, step=name))}
        finally:
            _inside.set(None)
        return {**outcome, "seconds": round(time.monotonic() - began, 3), "key": key, "attempt": self.attempt}

    def _tell_started(self, key: str, telling: Telling) -> None:
        if key not in self._told:
            self._told.add(key)
            self._log.add(self._run_id, telling.started, key=f"{self.attempt}/{key}/started")

    def _tell_finished(self, key: str, telling: Telling, stored: dict[str, Any]) -> None:
        self._tell_started(key, telling)  # unless told in this life: a kill may have come before the event was stored
        finished = telling.finished(stored.get("value"), stored["seconds"])
        if finished is not None:
            self._log.add(self._run_id, finished, key=f"{self.attempt}/{key}/finished")


async def _nothing() -> JsonValue:
    return None


def understood(error: Exception, **where: str) -> GoferError:
    """Any exception as the error that people see; of what nobody expected the trace goes into the log."""
    if isinstance(error, GoferError):
        return error
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable("The disk is full.", code="ERR_DISK_FULL")
    log.error("step.broken" if "step" in where else "run.broken", exc_info=error, **where)
    return Broken(f"Something in gofer broke: {type(error).__name__}: {str(error)[:300]}")


def freeze(error: GoferError) -> dict[str, JsonValue]:
    """An error as JSON."""
    return {"kind": type(error).__name__, **error.as_dict()}


def revive(stored: dict[str, str]) -> GoferError:
    """The error that was frozen."""
    kind = KINDS.get(stored["kind"], Broken)
    return kind(stored["message"], code=stored["code"], next_step=stored["next_step"])
