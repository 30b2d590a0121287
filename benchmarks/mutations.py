"""Pages written for this project, and seeded changes to them: what sites do between two runs of an errand.

Every element that an errand may use carries `data-truth`, the ground truth, which fingerprints never look at.
"""

from pathlib import Path

FIELDS = [
    ("First name", "text", "first"), ("Last name", "text", "last"), ("E-mail", "email", "mail"),
    ("Telephone", "tel", "tel"), ("Street", "text", "street"), ("Street, second line", "text", "street2"),
    ("City", "text", "city"), ("Postal code", "text", "zip"), ("Start date", "date", "start"),
    ("Salary", "number", "salary"), ("Web page", "url", "web"), ("Password", "password", "secret"),
]  # fmt: skip

NAMES = [
    "Harbour mug",
    "Harbour mug, large",
    "Oak lamp",
    "Linen notebook",
    "Clay vase",
    "Wool throw",
    "Tin candle",
    "Pine shelf",
]
PEOPLE = ["Ada Berg", "Bo Lind", "Cleo Ray", "Dan Holt", "Eve Moss", "Finn Dale", "Gro Vik", "Hal Ness"]
SUBJECTS = [
    "Quarterly numbers",
    "Lunch on Friday",
    "Broken printer",
    "Trip to Bergen",
    "New logo",
    "Invoice 1042",
    "Welcome aboard",
]


def _truths(html: str) -> str:
    """Number every mark `§`."""
    parts = html.split("§")
    return parts[0] + "".join(f'data-truth="{number}"{part}' for number, part in enumerate(parts[1:]))


def form() -> str:
    """An application form: labels, a fieldset, lists, boxes, an unlabelled search on top."""
    fields = "".join(
        f'<div class="field row-{n % 2}"><label for="f-{name}">{label}</label>'
        f'<input § id="f-{name}" name="{name}" type="{kind}" class="input wide"></div>'
        for n, (label, kind, name) in enumerate(FIELDS)
    )
    boxes = "".join(
        f'<label class="box"><input § type="checkbox" name="skill" value="{one.lower()}"> {one}</label>'
        for one in ("Python", "Rust", "Go", "Writing")
    )
    radios = "".join(f'<label><input § type="radio" name="hours" value="{n}"> {n} hours</label>' for n in (20, 30, 40))
    lists = "".join(
        f'<div class="field"><label>{label} '
        f'<select § name="{label.lower()}"><option>One<option>Two</select></label></div>'
        for label in ("Country", "Level")
    )
    return _truths(f"""<header class="top"><input § placeholder="Search jobs" class="q">
        <button § class="go">Search</button>
        <a § href="/jobs">All jobs</a><a § href="/help">Help</a></header><main><h1>Apply</h1>
        <form class="apply">{fields}{lists}<fieldset><legend>Skills</legend>{boxes}</fieldset>
        <fieldset><legend>Hours a week</legend>{radios}</fieldset>
        <div class="field"><label for="f-why">Why us?</label><textarea § id="f-why" name="why"></textarea></div>
        <label><input § type="checkbox" name="terms"> I accept the terms</label>
        <div class="buttons"><button § type="button" class="btn plain">Save draft</button>
        <button § type="submit" class="btn main">Send application</button></div></form></main>""")


def shop() -> str:
    """A list of cards with the same buttons, filters and a pager."""
    cards = "".join(
        f'<li class="card c{n}"><h3><a § class="name" href="/p/{n}">{name}</a></h3><p class="price">€ {n}.90</p>'
        f'<button § class="btn add">Add to basket</button>'
        f'<button § class="btn heart" aria-label="Remember">♡</button></li>'
        for n, name in enumerate(NAMES)
    )
    facets = "".join(
        f'<label class="facet"><input § type="checkbox"> {one} ({n})</label>'
        for n, one in enumerate(("Kitchen", "Living room", "Office", "Garden"))
    )
    return _truths(f"""<header><a § href="/" class="logo">Kiln</a><form><input § type="search" name="q"
        aria-label="Search the shop"><button § id="find">Search</button></form>
        <a § href="/basket" class="basket">Basket (2)</a></header>
        <aside><h2>Filter</h2>{facets}<button § class="link">Clear all</button></aside>
        <main><h1>Everything</h1><select § aria-label="Sort by"><option>Price<option>Name</select>
        <ul class="cards">{cards}</ul>
        <nav><a § href="/?page=1">Previous page</a><a § href="/?page=3">Next page</a></nav></main>""")


def table() -> str:
    """Rows with the same actions each, and a toolbar."""
    rows = "".join(
        f'<tr class="r{n}"><td><input § type="checkbox" aria-label="Choose"></td><td>{name}</td><td>10{n:02}</td>'
        f'<td><a § href="/orders/10{n:02}">Open</a> <button § class="x">Cancel</button></td></tr>'
        for n, name in enumerate(PEOPLE)
    )
    return _truths(f"""<h1>Orders</h1><div class="bar"><button § class="b1" data-testid="export">Export</button>
        <button § class="b2">Print</button><input § placeholder="Filter"><select § aria-label="Status"><option>Open
        <option>Closed</select></div><table><thead><tr><th></th><th>Customer</th><th>Number</th><th>Do</th></tr></thead>
        <tbody>{rows}</tbody></table><p><a § href="/imprint">Imprint</a></p>""")


def inbox() -> str:
    """What single-page applications look like: divs that act, generated classes, icons without words."""
    mails = "".join(
        f'<div class="css-1x{n}9k mail" tabindex="0" role="button" §><span class="from">{PEOPLE[n]}</span>'
        f'<span class="subject">{one}</span></div>'
        for n, one in enumerate(SUBJECTS)
    )
    return _truths(f"""<div id="root"><div class="css-77aa1 side">
        <div role="button" tabindex="0" class="css-9f8e7 new" §>Compose
        </div><nav aria-label="Folders"><a § href="#/inbox">Inbox <b>7</b></a><a § href="#/sent">Sent</a>
        <a § href="#/drafts">Drafts</a></nav></div><div class="css-3c4d5 main"><div class="tools" role="toolbar">
        <button § aria-label="Archive" class="css-a1b2c"><svg width=9 height=9></svg></button>
        <button § aria-label="Delete" class="css-a1b2c"><svg width=9 height=9></svg></button>
        <button § title="Refresh" class="css-a1b2c"><svg width=9 height=9></svg></button></div>
        <div role="search"><input § id=":r5:" placeholder="Search mail"></div>{mails}</div>
        <div role="dialog" aria-label="New message"><input § placeholder="To"><input § placeholder="Subject">
        <div § contenteditable="true" aria-label="Message" style="min-height:20px;width:90px"></div>
        <button § class="css-send1">Send</button><button § class="css-send2">Discard</button></div></div>""")


PAGES = {"form": form, "shop": shop, "table": table, "inbox": inbox}

CHANGES = ("classes", "ids", "order", "text", "wrappers", "all")

FLIPS = ("negated", "undone", "widened", "replaced")
"""Other meanings that an element's name can get; the two elements of a swap have to be named."""

MUTATE = (Path(__file__).parent / "mutate.js").read_text().partition("\n")[2]

FLIP = (Path(__file__).parent / "flip.js").read_text().partition("\n")[2]

TAKE_AWAY = "truth => document.querySelector(`[data-truth='${truth}']`).remove()"
DOUBLE = "truth => { const e = document.querySelector(`[data-truth='${truth}']`); e.after(e.cloneNode(true)); }"
