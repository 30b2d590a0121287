"""An Action is one thing to do with a page, as data: what an agent does, a playbook repeats, a provider performs."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Target(BaseModel):
    """Which element, told the way a person would: its role and name, a label, or as a last resort a selector."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ref: str | None = Field(None, description="A reference from the page view; valid until the page reloads.")
    role: str | None = None
    name: str | None = None
    label: str | None = None
    css: str | None = None
    nth: int | None = Field(None, ge=0, description="Which of several that fit, from 0.")


class _Action(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Navigate(_Action):
    """Go to an http(s) address."""

    do: Literal["navigate"] = "navigate"
    url: str


class Back(_Action):
    """Go to the page before."""

    do: Literal["back"] = "back"


class Click(_Action):
    """Click exactly one element."""

    do: Literal["click"] = "click"
    target: Target
    button: Literal["left", "right", "middle"] = "left"
    double: bool = False


class Fill(_Action):
    """Put text into exactly one field, in place of what it held; a date field takes 2026-12-31."""

    do: Literal["fill"] = "fill"
    target: Target
    value: str


class Type(_Action):
    """Type text key by key, into an element or where the focus is."""

    do: Literal["type"] = "type"
    text: str
    target: Target | None = None


class Press(_Action):
    """Press a key or a chord, such as Enter, Escape, Control+A."""

    do: Literal["press"] = "press"
    key: str
    target: Target | None = None


class Select(_Action):
    """Choose options of a list by their labels or values."""

    do: Literal["select"] = "select"
    target: Target
    values: tuple[str, ...] = Field(min_length=1)


class Check(_Action):
    """Set a checkbox, a switch or a radio button."""

    do: Literal["check"] = "check"
    target: Target
    on: bool = True


class Upload(_Action):
    """Put files of the computer into a file field, or into the chooser that clicking the element opens."""

    do: Literal["upload"] = "upload"
    target: Target
    paths: tuple[str, ...] = Field(min_length=1)


class Download(_Action):
    """Click what offers a file and keep the file."""

    do: Literal["download"] = "download"
    target: Target


class Hover(_Action):
    """Put the pointer over an element."""

    do: Literal["hover"] = "hover"
    target: Target


class Drag(_Action):
    """Drag one element onto another, or by so many pixels."""

    do: Literal["drag"] = "drag"
    target: Target
    onto: Target | None = None
    by: tuple[int, int] | None = None


class Scroll(_Action):
    """Scroll the page, or the element's own scroll area, by screens; or until the element shows."""

    do: Literal["scroll"] = "scroll"
    target: Target | None = None
    screens: float = Field(0.0, ge=-50, le=50, description="Down; negative is up. 0 with a target: until it shows.")


class WaitFor(_Action):
    """Wait until a text or an element shows, or goes; or until the address holds these letters."""

    do: Literal["wait"] = "wait"
    text: str | None = None
    target: Target | None = None
    url: str | None = None
    gone: bool = False
    seconds: float = Field(10.0, gt=0, le=60)


class SwitchTab(_Action):
    """Go on in another tab; tabs are numbered from 1 in the order they were opened."""

    do: Literal["tab"] = "tab"
    number: int = Field(ge=1)
    close: bool = Field(False, description="Close the tab instead.")


class Point(_Action):
    """Mouse at a pixel of the visible page, for what has no handle in the view: a canvas, a map, a picture."""

    do: Literal["point"] = "point"
    x: float
    y: float
    to: tuple[float, float] | None = Field(None, description="Drag to here.")
    via: tuple[tuple[float, float], ...] = Field((), max_length=500, description="Spots on the way of a drag: to draw.")
    button: Literal["left", "right", "middle", "none"] = Field("left", description="None: only the pointer moves.")
    double: bool = False


Action = Annotated[
    Navigate
    | Back
    | Click
    | Fill
    | Type
    | Press
    | Select
    | Check
    | Upload
    | Download
    | Hover
    | Drag
    | Scroll
    | WaitFor
    | SwitchTab
    | Point,
    Field(discriminator="do"),
]


class Read(BaseModel):
    """What to read of one element: its text, its value, a table's rows, or an attribute."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: Target
    what: Literal["text", "value", "table", "attribute"] = "text"
    attribute: str = ""
