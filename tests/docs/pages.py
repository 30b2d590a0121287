"""The documentation as its tests see it: pages, entries of reference tables, links, code blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"

FENCE = re.compile(r"(?:<!-- *(?P<mark>[^>]*?) *-->\n)?^```(?P<kind>[\w-]*)\n(?P<text>.*?)^```$", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\((?P<to>[^)\s]+)\)")
ENTRY = re.compile(r"^\| `(?P<name>[^`]+)`", re.M)


@dataclass(frozen=True)
class Block:
    """One fenced block, with what the HTML comment right above it says."""

    page: Path
    line: int
    kind: str
    mark: str
    text: str

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Every page a reader can come to."""
    top = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    return [*(page for page in top if page.exists()), *sorted(DOCS.rglob("*.md"))]


def blocks(*kinds: str) -> list[Block]:
    """Every fenced block of these kinds."""
    return [block for page in pages() for block in blocks_of(page) if block.kind in kinds]


def blocks_of(page: Path) -> Iterator[Block]:
    """The fenced blocks of one page."""
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(page, line, found["kind"], found["mark"] or "", found["text"])


def prose(page: Path) -> str:
    """A page without its code blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> list[str]:
    """Where a page's links lead."""
    return [found["to"] for found in LINK.finditer(prose(page))]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made on the web."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def rows(page: str) -> dict[str, list[str]]:
    """The rows of a reference page's tables whose first cell is a name in code, by that name."""
    lines = (REFERENCE / page).read_text(encoding="utf-8").splitlines()
    found = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if ENTRY.match(line)]
    return {cells[0].strip("`"): cells[1:] for cells in found}


def sections(page: str) -> dict[str, str]:
    """The sections of a reference page whose heading is a name in code, by that name."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    parts = re.split(r"^#{2,3} ", text, flags=re.M)[1:]
    named = [part.partition("\n") for part in parts if part.startswith("`")]
    return {title.strip("`"): body for title, _, body in named}
