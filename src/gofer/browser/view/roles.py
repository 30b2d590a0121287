"""What the roles of Playwright's snapshot mean for a view."""

FIELDS = frozenset(
    {"textbox", "searchbox", "combobox", "listbox", "spinbutton", "slider", "checkbox", "radio", "switch"}
)
"""Roles that hold a value, with their own line and their label in it."""

TICKED = frozenset({"checkbox", "radio", "switch"})
"""Fields so short that they share a line."""

CONTROLS = FIELDS | frozenset(
    {
        "button",
        "link",
        "menuitem",
        "menuitemcheckbox",
        "menuitemradio",
        "option",
        "scrollbar",
        "tab",
        "treeitem",
    }
)
"""Roles that somebody can act on."""

VALUES = frozenset({"textbox", "searchbox", "spinbutton", "slider", "combobox"})
"""Roles whose text is the value they hold."""

TABLES = frozenset({"table", "grid", "treegrid"})
CELLS = frozenset({"cell", "gridcell", "columnheader", "rowheader"})

FLOWS = frozenset({"paragraph", "caption", "blockquote", "term", "definition", "code", "strong", "emphasis", "time"})
"""Roles whose content reads as one line."""

ITEMS = frozenset({"listitem", "article", "row", "option", "treeitem", "menuitem"})
"""Roles that come in numbers: one line each where they are short."""

SECTIONS = frozenset(
    {
        "alert",
        "alertdialog",
        "complementary",
        "dialog",
        "form",
        "group",
        "iframe",
        "log",
        "menu",
        "menubar",
        "navigation",
        "radiogroup",
        "search",
        "status",
        "tabpanel",
        "toolbar",
        "tree",
    }
)
"""Roles that are told even without a name; others with a name are told by it."""

URGENT = frozenset({"alert", "alertdialog", "dialog"})
"""What is in these is never left out for being prose or far away."""

STATES = ("checked", "pressed", "selected", "expanded", "collapsed", "disabled", "required", "readonly", "invalid")
"""States in the order in which a line tells them."""


def interactive(role: str, states: dict[str, str]) -> bool:
    """Whether somebody can act on an element: by its role, or because the page shows a hand over it."""
    return role in CONTROLS or "cursor" in states
