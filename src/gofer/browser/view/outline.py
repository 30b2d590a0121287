"""From the page's tree to entries: wrappers collapsed, labels with their controls, each text told once."""

from collections.abc import Iterator

from gofer.browser.view.controls import PICTURES, bracketed, control, picture
from gofer.browser.view.entry import Entry, Part, around, joined, labelled, told_already, words
from gofer.browser.view.roles import (
    CELLS,
    FIELDS,
    FLOWS,
    ITEMS,
    SECTIONS,
    TABLES,
    TICKED,
    URGENT,
    VALUES,
    interactive,
)
from gofer.browser.view.snapshot import Box, Node
from gofer.browser.view.wording import NAME, clipped, plain, quoted

TEXT = 20_000
"""Letters of one text that are kept at all."""

SHORT, FEW = 160, 3
"""Letters and controls of what still reads well on one line."""


def outline(root: Node) -> list[Entry]:
    """The page's entries, from its top to its end."""
    return _below(root)


def _entries(node: Node) -> list[Entry]:
    if node.role in PICTURES:
        return [Entry([picture(node)], box=node.box)]
    if node.role in TABLES:
        return [_table(node)]
    if node.role == "separator":
        return []
    if node.role != "iframe" and interactive(node.role, node.states):
        return [_control(node)]
    return _passive(node)


def _passive(node: Node) -> list[Entry]:
    below = _below(node)
    if node.role == "heading":
        return [_heading(node, below)]
    if _is_section(node):
        return [_section(node, below)] if below or node.role == "iframe" else []
    if node.role in FLOWS or node.role in ITEMS:
        return [_line(node, below)] if below else []
    return _together(node, below)


def _below(node: Node) -> list[Entry]:
    """The entries of a node's own text and of its children; a text has the place that its neighbours leave it."""
    told = [Entry([Part(text)], box=node.box)] if (text := _own_text(node)) else []
    for number, child in enumerate(node.children):
        found = _entries(child)
        for entry in found:
            entry.box = entry.box or _beside(node, number)
        told += found
    return labelled(told)


def _own_text(node: Node) -> str:
    if node.role in VALUES:
        return ""
    own = node.text or (node.name if not node.children and not interactive(node.role, {}) else "")
    return clipped(plain(own), TEXT)


def _beside(parent: Node, number: int) -> Box | None:
    near = [*reversed(parent.children[:number]), *parent.children[number + 1 :]]
    return next((node.box for node in near if node.box), parent.box)


def _control(node: Node) -> Entry:
    inner = [] if node.role in VALUES else _below(node)
    if labelled := _label_of(node, inner):
        return labelled
    told, rest = control(node, inner)
    flat = _on_one_line(rest) and node.role not in FIELDS
    line = joined([Entry([told]), *rest]) if flat else Entry([told], rest)
    line.box, line.kin = node.box, node.role
    return line


def _label_of(node: Node, inner: list[Entry]) -> Entry | None:
    """A label that can be clicked, told with the one field that it belongs to."""
    fields = [part for entry in inner for part in entry.controls]
    if node.role not in ("generic", "text") or len(fields) != 1 or len(inner) > 4 or fields[0].role not in FIELDS:
        return None
    line = joined(inner)
    if not all(entry.leaf for entry in inner) or len(line.parts) > 1:
        return None
    field = line.parts[0]
    told = f"{field.text} (label {bracketed(node.ref).strip()})" if node.ref else field.text
    refs = (*field.refs, node.ref) if node.ref else field.refs
    return Entry([field._replace(text=told, refs=refs)], box=node.box, kin=node.role)


def _heading(node: Node, below: list[Entry]) -> Entry:
    parts = joined([entry for entry in below if entry.leaf]).parts
    if not parts and node.name:
        parts = [Part(clipped(plain(node.name), NAME))]
    level = node.states.get("level", "2")
    return Entry(parts, [entry for entry in below if not entry.leaf], node.box, "heading", int(level or 2))


def _is_section(node: Node) -> bool:
    """Whether a line of its own says what follows; an unnamed group says nothing."""
    return (node.role in SECTIONS and node.role != "group") or bool(node.name and node.children)


def _section(node: Node, below: list[Entry]) -> Entry:
    urgent = node.role in URGENT
    line = Entry([_section_head(node)], _but_its_name(node, below), node.box, node.role, urgent=urgent)
    for entry in line.walk() if urgent else ():
        entry.urgent = True
    return line


def _section_head(node: Node) -> Part:
    name = quoted(node.name) if plain(node.name) else ""
    role = "" if node.role not in SECTIONS and name else node.role
    ref = bracketed(node.ref) if node.role == "iframe" else ""
    return Part(f"{ref}{role}{' ' if role and name else ''}{name}:", role=node.role)


def _but_its_name(node: Node, below: list[Entry]) -> list[Entry]:
    """What a section, a table or a list holds besides the text that its name was made of."""
    name = plain(node.name).casefold()
    return [each for each in below if each.controls or not each.leaf or not told_already(words([each]), [name])]


def _line(node: Node, below: list[Entry]) -> Entry:
    """An item or a paragraph: what it says on one line, lists within it below."""
    leaves = [entry for entry in below if entry.leaf and not entry.level] if node.role in FLOWS else _leading(below)
    line = joined(leaves, flowing=node.role in FLOWS)
    line.children = [entry for entry in below if entry not in leaves]
    if not line.parts and len(line.children) == 1:
        line = line.children[0]
    line.box, line.kin = node.box or line.box, node.role
    return line


def _leading(below: list[Entry]) -> list[Entry]:
    found: list[Entry] = []
    for entry in below:
        if not entry.leaf or not _on_one_line([*found, entry]):
            break
        found.append(entry)
    return found


def _together(node: Node, below: list[Entry]) -> list[Entry]:
    """A wrapper: nothing of its own, and one line where its content is short."""
    plain_heading = any(entry.level and not entry.controls for entry in below)
    if len(below) < 2 or plain_heading or not _on_one_line(below) or len({entry.kin for entry in below} & ITEMS):
        return below
    line = joined(below)
    line.box, line.kin = around([entry.box for entry in below]), _kin(below)
    return [line]


def _kin(entries: list[Entry]) -> str:
    return "+".join(part.role for entry in entries for part in entry.controls)


def _on_one_line(entries: list[Entry]) -> bool:
    parts = [part for entry in entries for part in entry.parts]
    controls = [part for part in parts if part.refs]
    if len(controls) > FEW or (len(controls) > 1 and any(part.role in FIELDS - TICKED for part in controls)):
        return False
    return all(entry.leaf for entry in entries) and sum(len(part.text) for part in parts) <= SHORT


def _table(node: Node) -> Entry:
    rows = [_row(each) for each in _rows(node)]
    rest = [entry for child in node.children if child.role not in ("row", "rowgroup") for entry in _entries(child)]
    name = f" {quoted(node.name)}" if node.name else ""
    head = Part(f"{bracketed(node.ref)}{node.role}{name}:", role=node.role)
    shown = [*_but_its_name(node, rest), *(row for row in rows if row.parts)]
    return Entry([head], shown, node.box, node.role)


def _rows(node: Node) -> Iterator[Node]:
    """The rows of this table, not those of tables in its cells."""
    for child in node.children:
        if child.role == "row":
            yield child
        elif child.role == "rowgroup":
            yield from _rows(child)


def _row(node: Node) -> Entry:
    parts, below = [], []
    if "cursor" in node.states and node.ref:
        parts = [Part(bracketed(node.ref) + "row", (node.ref,), role="row")]
    for number, cell in enumerate(node.children):
        inner = _entries(cell) if cell.role not in CELLS or "cursor" in cell.states else _below(cell)
        below += [entry for entry in inner if not entry.leaf]
        parts += [Part("|", role="rule")] if number else []
        parts += joined([entry for entry in inner if entry.leaf]).parts
    return Entry(parts, below, node.box, "row")
