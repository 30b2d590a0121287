"""What the page's own elements tell beyond the accessibility tree, put onto the tree's nodes."""

import re
from collections import defaultdict
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, ValidationError

from gofer.browser.view.roles import CONTROLS, VALUES
from gofer.browser.view.snapshot import Box, Node

CORNER = Box(0, 0, 0, 0)
HIDDEN = "••••"
"""Stands for a secret, however long."""

TYPES = {"date": "YYYY-MM-DD", "time": "HH:MM", "datetime-local": "YYYY-MM-DDTHH:MM", "month": "YYYY-MM"}
"""Kinds of fields whose value has a form of its own."""

PLAIN = frozenset({"", "text", "submit", "button", "reset", "image", "checkbox", "radio", "search", "number", "range"})
"""Kinds of fields that their role tells already."""


class Detail(BaseModel):
    """One element, as details.js tells it."""

    model_config = ConfigDict(frozen=True)

    kind: str
    box: Box
    type: str = ""
    required: bool = False
    readonly: bool = False
    open: bool = False
    collapsed: bool = False
    min: str = ""
    max: str = ""
    files: tuple[str, ...] = ()
    editable: bool = False


class Details(BaseModel):
    """One frame, as details.js tells it: where it is scrolled to, its elements, and the secrets to hide."""

    title: str = ""
    width: int = 0
    height: int = 0
    top: int = 0
    whole: int = 0
    elements: int = 0
    details: tuple[Detail, ...] = ()
    secrets: frozenset[str] = frozenset()


def told(answer: object) -> Details:
    """A page's answer; a page that answers nonsense tells nothing."""
    try:
        return Details.model_validate(answer)
    except ValidationError:
        return Details()


def enrich(root: Node, frames: Iterable[Details]) -> None:
    """Put the frames' details onto the nodes they belong to, and hide every secret."""
    by_frame = _by_frame(root)
    known = list(frames)
    for nodes in by_frame.values():
        details = max(known, key=lambda frame: _hits(nodes, frame), default=Details())
        _match(nodes, details)
    secrets = {" ".join(secret.split()) for frame in known for secret in frame.secrets}
    _hide(root, secrets)


def place_frames(node: Node, corner: Box = CORNER) -> None:
    """Tell every box as seen from the page's own corner: those in a frame are told from the frame's."""
    for child in node.children:
        child.box = child.box and child.box.moved(corner)
        place_frames(child, child.box if child.role == "iframe" and child.box else corner)


def _by_frame(root: Node) -> dict[str, list[Node]]:
    """The nodes of each document; a reference begins with its document's letters."""
    found: dict[str, list[Node]] = defaultdict(list)
    for node in root.walk():
        if node.box and node.ref:
            found[node.ref.rpartition("e")[0]].append(node)
    return found


def _hits(nodes: list[Node], frame: Details) -> int:
    boxes = {detail.box for detail in frame.details}
    return sum(node.box in boxes for node in nodes)


def _match(nodes: list[Node], frame: Details) -> None:
    at: dict[Box, list[Detail]] = defaultdict(list)
    for detail in frame.details:
        at[detail.box].append(detail)
    for node in nodes:
        fitting = [detail for detail in at.get(node.box or CORNER, ()) if _fits(node, detail)]
        if fitting:
            at[fitting[0].box].remove(fitting[0])
            _put(node, fitting[0])
    drawn = [detail for detail in frame.details if detail.kind in ("canvas", "video") and detail in at[detail.box]]
    for detail in drawn:
        _draw(nodes, detail)


def _fits(node: Node, detail: Detail) -> bool:
    if detail.kind in ("field", "collapsed"):
        return node.role in CONTROLS
    return node.role == "generic" if detail.kind == "summary" else True


def _put(node: Node, detail: Detail) -> None:
    if detail.kind in ("canvas", "video"):
        node.role = detail.kind
    elif detail.kind == "summary":
        node.role, node.states["cursor"] = "disclosure", "pointer"
        node.states["expanded" if detail.open else "collapsed"] = ""
    elif detail.editable and node.role not in VALUES:
        _make_field(node)
    elif detail.kind == "focusable":
        node.states.setdefault("cursor", "pointer")
    _put_states(node, detail)
    _put_type(node, detail)


def _make_field(node: Node) -> None:
    """What can be typed into is a text field; its text is what it holds."""
    words = [each.name or each.text for each in node.walk() if each.role == "text" or each.text]
    node.text, node.children, node.role = node.text or " ".join(words), [], "textbox"


def _put_states(node: Node, detail: Detail) -> None:
    for state in ("required", "readonly"):
        if getattr(detail, state):
            node.states[state] = ""
    if detail.collapsed and "expanded" not in node.states:
        node.states["collapsed"] = ""


def _put_type(node: Node, detail: Detail) -> None:
    if detail.type == "password" and (node.text or node.children):
        node.text, node.children = HIDDEN, []
    if detail.type not in PLAIN:
        node.properties["type"] = detail.type
        node.properties["form"] = TYPES.get(detail.type, "")
    if detail.type in ("number", "range", "date") and (detail.min or detail.max):
        node.properties["range"] = f"{detail.min}..{detail.max}"
    if detail.files:
        node.text = ", ".join(detail.files)


def _draw(nodes: list[Node], detail: Detail) -> None:
    """A picture that the accessibility tree passes over, put where it lies."""
    holders = [node for node in nodes if node.box and _holds(node.box, detail.box) and node.role not in CONTROLS]
    if holders:
        holder = min(holders, key=lambda node: node.box.width * node.box.height if node.box else 0)
        before = sum(child.box is None or child.box.y <= detail.box.y for child in holder.children)
        holder.children.insert(before, Node(detail.kind, box=detail.box))


def _holds(outer: Box, inner: Box) -> bool:
    across = outer.x <= inner.x and inner.x + inner.width <= outer.x + outer.width
    return across and outer.y <= inner.y and inner.y + inner.height <= outer.y + outer.height


def _hide(root: Node, secrets: set[str]) -> None:
    for node in root.walk() if secrets else ():
        if node.role in VALUES:
            for holder in (node, *node.children):
                if re.sub(r"\s+", " ", holder.text).strip() in secrets:
                    holder.text = HIDDEN
