"""Signs are what can be seen of a page from outside and inside; the detector judges by nothing else."""

from pydantic import BaseModel, ConfigDict, Field

from gofer.browser.blockers import phrases

SHORT = 1_000
"""Characters of visible text up to which a page can be a notice and not an article."""

BARE = 500
"""Up to here a page holds nothing beside its notice, if it has hardly a link."""

EMPTY = 40
"""Up to here a page holds nothing at all."""

FEW_LINKS = 12

NOTICE, FEW_THINGS = 400, 3
"""A page no longer and with no more to use than this says one thing; what it says anywhere is its message."""


class _Seen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Frame(_Seen):
    """A frame of the page, as large as its visitor sees it."""

    url: str = ""
    title: str = ""
    shown: bool = True
    near: bool = Field(True, description="In the visible part of the page.")
    width: float = 0
    height: float = 0


class Widget(_Seen):
    """An element that some vendor's selector fits."""

    selector: str
    shown: bool = True
    near: bool = True
    width: float = 0
    height: float = 0
    invisible: bool = Field(False, description="Says of itself that it shows nothing: data-size=invisible.")
    solved: bool = Field(False, description="Marked as passed by its own class or attribute.")


class InputField(_Seen):
    """A visible input with the words around it."""

    type: str = "text"
    name: str = ""
    autocomplete: str = ""
    mode: str = ""
    longest: int = -1
    label: str = ""
    around: str = Field("", description="The text of its form or section, at most 600 characters.")
    near: bool = True
    filled: bool = False
    group: int = Field(-1, description="Number of its form or section; fields of one row share it.")
    picture: str = Field("", description="A picture beside it in the same form: its address, name or size.")


class Signs(_Seen):
    """A page at one moment."""

    url: str = ""
    asked: str = Field("", description="The address that was asked for before any redirect, where it is known.")
    loading: bool = Field(False, description="Its text still comes.")
    status: int | None = None
    headers: dict[str, str] = {}
    title: str = ""
    headings: tuple[str, ...] = ()
    text: str = Field("", description="The visible text, at most 4,000 characters.")
    dialog: str = Field("", description="The text of what covers the page, where something does.")
    dialog_asks_password: bool = False
    links: int = 0
    controls: int = Field(0, description="Buttons, inputs, pictures, canvases: what makes a page more than a text.")
    content: int = Field(0, description="Large pictures, tables, films and lists: more than a notice has.")
    frames: tuple[Frame, ...] = ()
    scripts: tuple[str, ...] = ()
    inline: tuple[str, ...] = Field((), description="Vendors' own words found in scripts within the page.")
    widgets: tuple[Widget, ...] = ()
    responses: dict[str, bool] = Field(
        {}, description="Selector of each response field there is: whether all are filled."
    )
    fields: tuple[InputField, ...] = ()
    unchanged: int = Field(0, description="Actions in a row after which the page was the same as before.")
    again: bool = Field(False, description="Whether a CAPTCHA was passed here a moment ago.")

    @property
    def short(self) -> bool:
        """Whether the page can be a notice."""
        return len(self.text) < SHORT

    @property
    def lone(self) -> bool:
        """Whether the page holds hardly more than one message and what it asks for."""
        return len(self.text) < BARE and self.links <= FEW_LINKS

    @property
    def bare(self) -> bool:
        """Whether the page holds a message and nothing to look at or to use."""
        return self.lone and self.content == 0 and not self.fields

    @property
    def tells(self) -> bool:
        """Whether it is a text about what stops visitors: what it says of that is no message of its own."""
        named = {found[0].lower() for found in phrases.VENDOR_NAMES.finditer(self.text)}
        return len(named) > 1 or bool(phrases.TELLS_ABOUT.search(" | ".join((self.title, *self.headings))))

    @property
    def message(self) -> str:
        """What the page says loudly: title, headings, what covers it; all of it where it says one thing only."""
        said = (self.title, *self.headings) if self.short else ()
        loud = [one for one in said if not phrases.TELLS_ABOUT.search(one)]
        few = max(self.controls, self.links) <= FEW_THINGS and self.content == 0
        notice = (self.text,) if len(self.text) < NOTICE and few and not self.tells else ()
        return " | ".join((*loud, *notice, self.dialog))

    @property
    def empty(self) -> bool:
        """Whether there is nothing to see."""
        return len(self.text) < EMPTY and self.controls == 0
