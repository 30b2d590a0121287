"""A playbook: an errand as a plain recorded list of steps, replayed without any model."""

import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gofer.core.browser import Target
from gofer.core.errors import Refused

PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
"""A place in a step's text that is filled in when the playbook is replayed: {search}."""

GIVEN = "start_url"
"""The one place that every errand fills by itself."""


class _Step(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Open(_Step):
    """Go to an address. Values are quoted where they are put into it, `{start_url}` is not."""

    do: Literal["open"] = "open"
    url: str


class Click(_Step):
    """Click exactly one element."""

    do: Literal["click"] = "click"
    target: Target


class Fill(_Step):
    """Put text into exactly one field."""

    do: Literal["fill"] = "fill"
    target: Target
    value: str


class Select(_Step):
    """Choose an option by its label or value."""

    do: Literal["select"] = "select"
    target: Target
    value: str


class Extract(_Step):
    """Read one row per element that matches `each`; click `next` and go on, while there is one."""

    do: Literal["extract"] = "extract"
    each: str = Field(description="CSS selector of what makes a row.")
    fields: dict[str, str] = Field(min_length=1, description="Column → `selector` or `selector@attribute` in the row.")
    next: Target | None = None
    max_pages: int = Field(10, ge=1, le=100)
    may_be_empty: bool = Field(False, description="Whether finding no row at all is a result and not a failure.")


class Screenshot(_Step):
    """Hand over a picture of the page."""

    do: Literal["screenshot"] = "screenshot"
    name: str = Field(pattern=r"^[\w.-]+\.png$")


class Save(_Step):
    """Hand over the rows read so far as a CSV file."""

    do: Literal["save"] = "save"
    name: str = Field(pattern=r"^[\w.-]+\.csv$")


Step = Annotated[Open | Click | Fill | Select | Extract | Screenshot | Save, Field(discriminator="do")]


class Playbook(BaseModel):
    """A recorded errand with places for parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    about: str = Field("", description="What the errand is, in a sentence.")
    parameters: dict[str, str] = Field({}, description="Each parameter and what it is for.")
    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _declares_its_places(self) -> "Playbook":
        used = {place for text in texts(self.model_dump()["steps"]) for place in PLACE.findall(text)} - {GIVEN}
        if used != set(self.parameters):
            odd = ", ".join(sorted(used ^ set(self.parameters)))
            raise ValueError(f"parameters and the places in the steps differ: {odd}")
        return self


def texts(value: object) -> Iterator[str]:
    """Every text in a nested value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def load(text: str | bytes) -> Playbook:
    """A playbook from its JSON; raises Refused that names the field."""
    try:
        return Playbook.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "playbook"
        raise Refused(f"The playbook is not valid at {where}: {first['msg']}.", code="ERR_INVALID_INPUT") from error


def bundled(name: str) -> Playbook:
    """One of the playbooks that come with gofer, by its name."""
    folder = resources.files("gofer.browser") / "playbooks"
    known = sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json"))
    if name not in known:
        there_are = ", ".join(known)
        raise Refused(f"There is no bundled playbook “{name}”; there are: {there_are}.", code="ERR_INVALID_INPUT")
    return load((folder / f"{name}.json").read_bytes())
