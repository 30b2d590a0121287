"""A Sight is everything that was on a page at one moment; views of any kind are made of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gofer.browser.view.finding import surroundings
from gofer.browser.view.fitting import Fitted, Fitting, ranked
from gofer.browser.view.lines import Line, Port, selected
from gofer.browser.view.wording import clipped, plain
from gofer.core.page import Look, PageView

TITLE, URL, NOTE, NOTES = 200, 500, 400, 10
"""Letters of a title, an address and a note that are shown, and how many notes."""


@dataclass(frozen=True)
class Sight:
    """One document at one moment."""

    url: str
    title: str
    lines: Sequence[Line]
    port: Port
    document: str = ""
    """What tells one load of a page from the next."""
    notes: Sequence[str] = field(default=())
    hidden: int = 0
    """Items of endless lists that were not read because they are far off the screen."""

    def view(self, look: Look) -> PageView:
        """What a model is shown of it, never over the look's cap."""
        fitted = self._fitted(look)
        return PageView(
            url=clipped(self.url, URL),
            title=clipped(plain(self.title), TITLE),
            text=fitted.text,
            tokens=fitted.tokens,
            interactive=fitted.interactive,
            truncated=fitted.truncated or self.hidden > 0,
        )

    def head(self) -> list[str]:
        """What comes before the page itself: notes, and where a long page is scrolled to."""
        told = [f"[note] {clipped(plain(note), NOTE)}" for note in self.notes[:NOTES]]
        if self.port.whole > self.port.height * 3 // 2:
            seen = f"{self.port.top}–{self.port.top + self.port.height} of {self.port.whole} px"
            told.append(f"screen shows {seen}")
        if self.hidden:
            told.append(f"… {self.hidden} more items of long lists are far off the screen, use find or scroll")
        return told

    def _fitted(self, look: Look) -> Fitted:
        head = self.head()
        if look.mode == "find":
            found = surroundings(self.lines, look.find)
            return Fitting(found.lines, look.cap, "\n".join([*head, found.told])).fitted()
        shown = ranked(self.lines, self.port)
        if look.mode == "viewport":
            seen = [bool(line.entry.box and line.entry.box.meets(self.port.box)) for line in shown]
            head += _beyond(shown, seen)
            shown = selected(shown, seen)
        return Fitting(shown, look.cap, "\n".join(head)).fitted()


def _beyond(lines: Sequence[Line], kept: Sequence[bool]) -> list[str]:
    hidden = [line.entry for line, shown in zip(lines, kept, strict=True) if not shown]
    above = sum(len(entry.controls) for entry in hidden if entry.box and entry.box.y < 0)
    below = sum(len(entry.controls) for entry in hidden) - above
    told = [f"{number} {where}" for number, where in ((above, "above"), (below, "below or aside")) if number]
    return [f"… elements off the screen: {', '.join(told)}; use scroll, find or mode whole"] if told else []
