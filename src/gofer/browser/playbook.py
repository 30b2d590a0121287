"""A playbook: an errand as a list of steps that say what to do, where, and how to tell that it worked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gofer.core.action import Action, Target
from gofer.core.fingerprint import Fingerprint

PLACE = re.compile(r"\{([a-z][a-z0-9_]*(?:\.\w+)?)\}")
"""A place in a step's text that is filled in when the playbook is replayed: {search}, or {order.number} in a loop."""

GIVEN = "start_url"
"""The one place that every errand fills by itself."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expect(_Part):
    """How to tell that a step worked: something on the page after it."""

    see: Literal["url", "text", "no text", "value", "filled", "state", "gone", "shown", "element", "no element", "file"]
    what: str = Field("", description="An address with * for anything; a text; a value; attribute=value of a state.")
    target: Target | None = Field(None, description="Which element, for `element` and `no element`.")


class _Step(_Part):
    notes: tuple[str, ...] = Field((), description="Comment lines above the step.")


class Act(_Step):
    """Do one action with the page, and check what it led to."""

    do: Literal["act"] = "act"
    action: Action
    element: Fingerprint | None = Field(
        None, description="What tells the action's element; without it its target does."
    )
    onto: Fingerprint | None = Field(None, description="The same for what it is dragged onto.")
    expect: tuple[Expect, ...] = ()
    goal: str = Field("", description="What the step is for, in words; whoever mends it works towards this.")
    optional: bool = Field(False, description="Whether the step is left out where its element is not there.")


class Read(_Step):
    """Read one row per element that matches `each`."""

    do: Literal["read"] = "read"
    each: str = Field(description="CSS selector of what makes a row.")
    fields: dict[str, str] = Field(min_length=1, description="Column → `selector` or `selector@attribute` in the row.")
    may_be_empty: bool = Field(False, description="Whether finding no row at all is a result and not a failure.")


class Table(_Step):
    """Read the rows of one table; its first row names the columns."""

    do: Literal["table"] = "table"
    target: Target
    element: Fingerprint | None = None


class Picture(_Step):
    """Hand over a picture of the page."""

    do: Literal["picture"] = "picture"
    name: str = Field(pattern=r"^[\w.-]+\.png$")


class Save(_Step):
    """Hand over the rows read so far as a CSV file."""

    do: Literal["save"] = "save"
    name: str = Field(pattern=r"^[\w.-]+\.csv$")


class Pages(_Step):
    """Do the steps on this page, go to the next page and do them again, until there is none or `until` is so."""

    do: Literal["pages"] = "pages"
    next: Target
    element: Fingerprint | None = None
    until: Expect | None = None
    most: int = Field(10, ge=1, le=100)
    steps: "tuple[Step, ...]" = Field(min_length=1)


class Each(_Step):
    """Do the steps for each row of a parameter, for each row read so far, or for each result that a selector finds.

    A row's cells fill the places {name.column}; a result on the page fills {name} with a selector of it alone.
    """

    do: Literal["each"] = "each"
    name: str = Field("row", pattern=r"^[a-z][a-z0-9_]*$", description="What one is called.")
    source: Literal["parameter", "rows", "page"]
    of: str = Field("", description="The parameter's name, or the selector.")
    most: int = Field(100, ge=1, le=1000)
    steps: "tuple[Step, ...]" = Field(min_length=1)


Step = Annotated[Act | Read | Table | Picture | Save | Pages | Each, Field(discriminator="do")]

Pages.model_rebuild()
Each.model_rebuild()


class Playbook(_Part):
    """A recorded errand with places for parameters."""

    version: Literal[2] = 2
    name: str = Field("", pattern=r"^([a-z0-9][a-z0-9_-]{0,79})?$")
    about: str = Field("", description="What the errand is, in a sentence.")
    start: str = Field("", description="The address it begins at, where the errand names none.")
    parameters: dict[str, str] = Field({}, description="Each parameter and what it is for.")
    reach: tuple[str, ...] = Field((), description="Hosts besides those of its addresses that its pages need.")
    steps: tuple[Step, ...] = Field(min_length=1)
    notes: tuple[str, ...] = Field((), description="Comment lines at the top.")
    last: tuple[str, ...] = Field((), description="Comment lines below the last step.")

    @model_validator(mode="after")
    def _declares_its_places(self) -> "Playbook":
        used = set(places(self.steps)) - {GIVEN}
        if used != set(self.parameters):
            odd = ", ".join(sorted(used ^ set(self.parameters)))
            raise ValueError(f"parameters and the places in the steps differ: {odd}")
        return self

    @model_validator(mode="after")
    def _holds_no_references(self) -> "Playbook":
        if any(target.ref for target in targets(self.steps)):
            raise ValueError("a reference such as e12 is of one page view; say the element's role and name")
        return self


def places(steps: Sequence[Step]) -> Iterator[str]:
    """The names of parameters that the steps need; what a loop fills by itself is not among them."""
    for step in steps:
        inner = step.steps if isinstance(step, Pages | Each) else ()
        plain = step.model_dump(exclude={"steps", "notes"})
        yield from (name for text in texts(plain) for name in PLACE.findall(text))
        own = step.name if isinstance(step, Each) else ""
        yield from (name for name in places(inner) if name.partition(".")[0] != own)
        yield from (step.of,) if isinstance(step, Each) and step.source == "parameter" else ()


def targets(steps: Sequence[Step]) -> Iterator[Target]:
    """Every target in the steps."""
    for step in steps:
        if isinstance(step, Act):
            yield from (each for name in ("target", "onto") if (each := getattr(step.action, name, None)))
        elif isinstance(step, Pages | Each):
            yield from targets(step.steps)


def count(step: Step) -> int:
    """How many numbers a step takes: one, and those of the steps inside it."""
    return 1 + (sum(map(count, step.steps)) if isinstance(step, Pages | Each) else 0)


def texts(value: Any) -> Iterator[str]:
    """Every text in a nested value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)
