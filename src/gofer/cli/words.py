"""What happened, told in one line per event. Pages and models choose some of these words, so they are cleaned."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from gofer.core.event import Event
from gofer.core.run import Run

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Everything that could steer a terminal, tab and line feed apart."""

NUMBERED = re.compile(r"\d+\. ")
LONGEST = 300


def clean(text: object) -> str:
    """Text that only shows, whatever it contains."""
    return UNPRINTABLE.sub("�", str(text))


def line(event: Event) -> str | None:
    """The event in a line; None for those that are only of use to programs."""
    tell = LINES.get(event.type)
    told = tell(event.data) if tell else None
    return None if told is None else _short(clean(told))


def outcome(run: Run) -> str:
    """How a run ended, in words."""
    if run.error is not None:
        return clean(f"{run.error.message}\nnext: {run.error.next_step}")
    return _text(run.output)


def money(run: Run) -> str:
    """What a run cost, as far as is known."""
    cost = run.cost
    if not cost.input_tokens and not cost.output_tokens:
        return "no model was paid"
    unknown = f", and {cost.unpriced_calls} calls of unknown price" if cost.unpriced_calls else ""
    return f"${cost.usd:.4f} ({cost.input_tokens:,} tokens in, {cost.output_tokens:,} out){unknown}"


def _text(output: Any) -> str:
    if isinstance(output, dict) and isinstance(output.get("text"), str):
        output = output["text"]
    return "" if output is None else clean(output)


def _short(text: str) -> str:
    one = " ".join(text.split())
    return one if len(one) <= LONGEST else f"{one[: LONGEST - 1]}…"


def _waiting(data: Mapping[str, Any]) -> str:
    return f"waits for {data['waiting_for']}: {data['reason']}"


def _retrying(data: Mapping[str, Any]) -> str:
    failed = data["attempt"] - 1  # the event has the number of the attempt that follows
    return f"attempt {failed} failed ({data['error']['message']}); again in {data['delay_seconds']:g} s"


def _finished_model(data: Mapping[str, Any]) -> str:
    price = "" if data["usd"] is None else f", ${data['usd']:.4f}"
    return f"{data['model']} replied ({data['input_tokens']} tokens in, {data['output_tokens']} out{price})"


def _finished_tool(data: Mapping[str, Any]) -> str | None:
    return None if data["ok"] else f"{data['tool']} says: {data['result']}"


def _asked(data: Mapping[str, Any]) -> str:
    question = data["question"]["question"]
    choices = f" [{' / '.join(question['choices'])}]" if question["choices"] else ""
    return f"asks: {question['text']}{choices}"


def _blocked(blocker: Mapping[str, Any]) -> str:
    vendor = f" ({blocker['vendor']})" if blocker["vendor"] else ""
    return f"{blocker['kind'].replace('_', ' ')}{vendor}"


def _step(data: Mapping[str, Any]) -> str | None:
    """Numbered steps are a playbook's; the browser tells of each itself."""
    return None if NUMBERED.match(data["name"]) else f"step {data['name']}"


def _started(data: Mapping[str, Any]) -> str:
    return "started" if data["attempt"] == 1 else f"started, attempt {data['attempt']}"


LINES: Mapping[str, Callable[[Mapping[str, Any]], str | None]] = {
    "run.queued": lambda data: "queued",
    "run.started": _started,
    "run.recovered": lambda data: f"{data['worker']} went on with it where it was",
    "run.waiting": _waiting,
    "run.resumed": lambda data: "goes on",
    "run.retrying": _retrying,
    "run.succeeded": lambda data: "succeeded",
    "run.failed": lambda data: f"failed: {data['error']['message']}",
    "run.cancelled": lambda data: f"cancelled by {data['by']}",
    "step.started": _step,
    "said": lambda data: f"says: {data['text']}",
    "model.finished": _finished_model,
    "tool.started": lambda data: f"uses {data['tool']} {data['arguments']}",
    "tool.finished": _finished_tool,
    "question.asked": _asked,
    "question.answered": lambda data: f"answered by {data['by']}: {data['answer']}",
    "question.postponed": lambda data: f"{data['by']} gave it time until {data['deadline'][:16].replace('T', ' ')} UTC",
    "question.withdrawn": lambda data: "needs no answer any more",
    "blocker.seen": lambda data: f"is blocked: {_blocked(data['blocker'])} at {data['url']}",
    "blocker.gone": lambda data: f"blocker {data['how']} after {data['seconds']:.0f} s",
    "sandbox.opened": lambda data: f"computer is on ({data['profile']}, {data['how']}, {data['seconds']:.1f} s)",
    "sandbox.closed": lambda data: "computer is off",
    "egress.refused": lambda data: f"the network refused {data['host']}:{data['port']}: {data['reason']}",
    "browser.acted": lambda data: data["sentence"],
    "session.restored": lambda data: f"the browser knows what it knew (profile {data['profile']})",
    "session.fresh": lambda data: f"the browser begins fresh (profile {data['profile']}): {data['reason']}",
    "session.unsaved": lambda data: f"the browser's session was not kept: {data['reason']}",
    "artifact.saved": lambda data: f"saved {data['artifact']['name']} ({data['artifact']['size']:,} bytes)",
    "viewer.joined": lambda data: f"{data['who']} watches",
    "viewer.left": lambda data: f"{data['who']} stopped watching",
    "control.taken": lambda data: f"{data['who']} took control",
    "control.returned": lambda data: f"{data['who']} handed control back",
}
