"""Pages that views are measured on, all written for this project: a form, a shop's list, manuals of any length."""

from collections.abc import Iterator
from pathlib import Path

PROSE = (
    "the switch sends a frame to each port that asked for it and keeps a copy until the far end has said so "
    "when a link fails the table is built anew from what the neighbours tell which takes less than a second in rings "
    "of up to forty nodes operators see this as one event with a cause a place and a time and can mute it for a day "
    "counters are read every ten seconds and kept for a year on disks that nobody has to look after"
)
WORDS = PROSE.split()
MAKERS = ("Albis", "Brienz", "Calanda", "Dufour", "Engadin")
THINGS = ("mug", "teapot", "bowl", "plate", "jug", "vase")
COLOURS = ("blue", "green", "sand", "black", "white", "rust", "grey", "rose")
SIZES = ("0.2 l", "0.3 l", "0.5 l", "1 l", "1.5 l", "2 l", "3 l", "5 l")
STYLE = """body{font:15px sans-serif;margin:0} .grid{display:grid;grid-template-columns:repeat(3,1fr);gap:16px}
.page{display:grid;grid-template-columns:240px 1fr} .card{border:1px solid #ddd;padding:8px} .filter{margin:4px 0}
.old{text-decoration:line-through} nav ul{display:flex;gap:12px;list-style:none} pre{background:#eee;padding:8px}"""


def job_form() -> str:
    """An application form with 24 controls and some prose."""
    return (Path(__file__).parent / "job_form.html").read_text(encoding="utf-8")


def shop_list(cards: int = 60) -> str:
    """A shop's list: so many cards of two controls each, 40 facets, a header, a footer, pages."""
    body = f'<div class="page"><aside aria-label="Filters">{"".join(_facets())}</aside><section>{_sorting(cards)}'
    grid = "".join(_card(number) for number in range(cards))
    return _document(
        "Stoneware", f'{_header()}<main>{body}<div class="grid">{grid}</div>{_pages()}</section></div></main>'
    )


def manual(kilobytes: int) -> str:
    """A manual of about that length: contents, headings, paragraphs with links, code, tables."""
    sections: list[str] = []
    length = 0
    while length < kilobytes * 1000:
        sections.append(_section(len(sections) + 1))
        length += len(sections[-1])
    contents = "".join(f'<li><a href="#s{n}">{_title(n)}</a></li>' for n in range(1, len(sections) + 1))
    nav = f'<nav aria-label="Contents"><ol>{contents}</ol></nav>'
    return _document("Switch manual", f"{_header()}<main><h1>Switch manual</h1>{nav}{''.join(sections)}</main>")


def rows(number: int) -> str:
    """A table of so many rows, each with a link and a button."""
    lines = "".join(
        f'<tr><td><a href="/order/{n}">Order {n}</a><td>{_words(n, 2)}<td>{n % 90}.50<td><button>Cancel</button></tr>'
        for n in range(number)
    )
    heads = "<tr><th>Order<th>Customer<th>Total<th></tr>"
    return _document(
        "Orders", f"<main><h1>Orders</h1><table><thead>{heads}</thead><tbody>{lines}</tbody></table></main>"
    )


def busy() -> str:
    """A page on which every kind of change happens: what the difference after an action is measured on."""
    return _document("Basket", _header() + (Path(__file__).parent / "busy.html").read_text(encoding="utf-8"))


def _document(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'


def _header() -> str:
    links = "".join(f'<li><a href="/{name.lower()}">{name}</a></li>' for name in ("Home", "Shop", "Repairs", "Contact"))
    field = '<input type="search" aria-label="Search" placeholder="Search">'
    search = f'<form role="search">{field}<button>Search</button></form>'
    return f"<header><nav><ul>{links}</ul></nav>{search}</header>"


def _facets() -> Iterator[str]:
    groups = {
        "Colour": COLOURS,
        "Size": SIZES,
        "Maker": MAKERS,
        "Kind": THINGS,
        "Price": tuple(f"up to {n}0" for n in range(1, 14)),
    }
    for title, values in groups.items():
        boxes = "".join(
            f'<div class="filter"><label><input type="checkbox" name="{title}"> {value} '
            f"<span>({n * 7 % 50})</span></label></div>"
            for n, value in enumerate(values)
        )
        yield f"<fieldset><legend>{title}</legend>{boxes}</fieldset>"


def _sorting(cards: int) -> str:
    options = "".join(
        f"<option>{name}</option>" for name in ("Newest", "Price, rising", "Price, falling", "Best rated")
    )
    return f"<h1>Stoneware</h1><p>{cards} of 312 products</p><label>Sort by <select>{options}</select></label>"


def _card(number: int) -> str:
    name = f"{MAKERS[number % 5]} {THINGS[number % 6]} {COLOURS[number % 8]} no. {number + 101}"
    price = f"{12 + number % 37}.{'90' if number % 2 else '50'}"
    old = f'<span class="old">CHF {50 + number}.00</span>' if number % 4 == 0 else ""
    return (
        f'<div class="card"><a href="/product/{number + 101}?ref=list"><img src="data:," alt="{name}"></a>'
        f'<h3><a href="/product/{number + 101}">{name}</a></h3><div class="rating">'
        f"★ {3 + number % 20 / 10:.1f} ({number * 3})</div>"
        f'<div class="price"><span>CHF {price}</span>{old}</div><div>{"In stock" if number % 3 else "Sold out"}</div>'
        f"<button{'' if number % 3 else ' disabled'}>Add to basket</button></div>"
    )


def _pages() -> str:
    links = "".join(f'<a href="?page={number}">{number}</a> ' for number in range(1, 7))
    return f'<nav aria-label="Pages">{links}<a href="?page=2" rel="next">Next page</a></nav>'


def _section(number: int) -> str:
    link = f'<a href="#s{max(number - 1, 1)}">section {max(number - 1, 1)}</a>'
    first = (
        f"<p>{_words(number, 40)}. See {link} for how <code>port.{number}</code> is set. {_words(number + 3, 50)}.</p>"
    )
    code = f"<pre><code>set port {number} speed auto\nshow port {number}</code></pre>" if number % 3 == 0 else ""
    table = _options(number) if number % 4 == 0 else ""
    more = f"<p>{_words(number + 7, 70)}.</p>"
    return f'<section id="s{number}"><h2>{_title(number)}</h2>{first}{more}{code}{table}</section>'


def _options(number: int) -> str:
    lines = "".join(f"<tr><td>option-{n}<td>{n * number}<td>{_words(n, 8)}</tr>" for n in range(6))
    return f"<table><thead><tr><th>Option<th>Default<th>Meaning</tr></thead><tbody>{lines}</tbody></table>"


def _title(number: int) -> str:
    return f"{number}. {_words(number * 5, 3).capitalize()}"


def _words(start: int, many: int) -> str:
    return " ".join(WORDS[(start * 7 + n) % len(WORDS)] for n in range(many))
