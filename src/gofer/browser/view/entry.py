"""An Entry is one line of a view to be: words and references, and the entries that belong below it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gofer.browser.view.roles import FIELDS
from gofer.browser.view.snapshot import Box


class Part(NamedTuple):
    """A piece of a line: prose that may be cut, or an element that may not."""

    text: str
    refs: tuple[str, ...] = ()
    name: str = ""
    role: str = "text"

    @property
    def prose(self) -> bool:
        """Whether it can go when there is little room."""
        return self.role == "text"


@dataclass(slots=True)
class Entry:
    """One line and what is below it."""

    parts: list[Part]
    children: list["Entry"] = field(default_factory=list)
    box: Box | None = None
    kin: str = ""
    """What makes entries alike: their role, or for elements without one the roles in them."""
    level: int = 0
    """Of a heading."""
    urgent: bool = False

    @property
    def leaf(self) -> bool:
        """Whether nothing is below it."""
        return not self.children

    @property
    def controls(self) -> list[Part]:
        """The elements in it that can be acted on."""
        return [part for part in self.parts if part.refs]

    def walk(self) -> Iterator["Entry"]:
        """This entry and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def words(entries: Sequence[Entry]) -> str:
    """Everything that these entries say, for a name."""
    parts = (part for top in entries for entry in top.walk() for part in entry.parts)
    return " ".join(part.name or part.text for part in parts)


def joined(entries: Sequence[Entry], flowing: bool = False) -> Entry:
    """Entries without children as one line, each text told once; texts that flow become one."""
    parts = [part for entry in entries for part in entry.parts]
    names = [part.name.casefold() for part in parts if part.refs and part.name]
    kept: list[Part] = []
    for part in parts:
        if kept and (one := same_link(kept[-1], part)):
            kept[-1] = one
        elif flowing and kept and kept[-1].prose and part.prose:
            kept[-1] = kept[-1]._replace(text=f"{kept[-1].text} {part.text}")
        elif not (part.prose and told_already(part.text, names)):
            kept.append(part)
    return Entry(kept, box=around([entry.box for entry in entries]), urgent=any(entry.urgent for entry in entries))


def same_link(first: Part, second: Part) -> Part | None:
    """Two links side by side with one name, such as a product's picture and its title, told as one."""
    if first.role != "link" or second.role != "link" or not first.name or first.name != second.name:
        return None
    also = "".join(f"[{ref}]" for ref in first.refs)
    return second._replace(text=f"{second.text} (also {also})", refs=(*second.refs, *first.refs)) if also else second


def labelled(entries: Sequence[Entry]) -> list[Entry]:
    """The entries without those that only tell the name of the field right after or before them."""
    if not any(part.role in FIELDS for entry in entries for part in entry.parts):
        return list(entries)
    kept: list[Entry] = []
    for number, entry in enumerate(entries):
        after = entries[number + 1] if number + 1 < len(entries) else None
        if not any(_takes_label(near, entry) for near in (after, kept[-1] if kept else None)):
            kept.append(entry)
    return kept


def _takes_label(field: Entry | None, label: Entry) -> bool:
    """Whether the entry's own part only names that control; a label that can be clicked is then told with it."""
    if field is None or label.children or label.level or len(label.parts) != 1 or not field.controls:
        return False
    owner, part = field.controls[0], label.parts[0]
    if not owner.name or (part.name or part.text).casefold().strip(" :*") != owner.name.casefold().strip(" :*"):
        return False
    if owner.role not in FIELDS or (part.refs and part.role != "generic"):
        return False
    _put_label(field, owner, part)
    return True


def _put_label(field: Entry, owner: Part, label: Part) -> None:
    if label.refs:
        told = f"{owner.text} (label [{label.refs[0]}])"
        field.parts[field.parts.index(owner)] = owner._replace(text=told, refs=(*owner.refs, *label.refs))


def told_already(text: str, names: Sequence[str]) -> bool:
    """Whether a name next to it says the same; a short text may be a number of its own."""
    low = text.casefold().strip(" :*")
    return any(low == name.strip(" :*") or (len(low) >= 4 and low in name) for name in names)


def around(boxes: Sequence[Box | None]) -> Box | None:
    """The box around boxes; those that are nowhere do not count."""
    known = [box for box in boxes if box and (box.width or box.height)]
    if not known:
        return None
    left, top = min(box.x for box in known), min(box.y for box in known)
    right, bottom = max(box.x + box.width for box in known), max(box.y + box.height for box in known)
    return Box(left, top, right - left, bottom - top)
