"""Links lead somewhere, code can be read, examples run, and nothing in the docs is true on one machine only."""

import ast
import asyncio
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from pkgutil import resolve_name
from xml.etree import ElementTree

import pytest
from tests.docs.pages import DOCS, ROOT, Block, anchors, blocks, links, pages, prose

from gofer.browser.written import load

ELSEWHERE = ("http://", "https://", "mailto:")
RUNNABLE = {
    page: "\n".join(block.text for block in blocks("python") if block.page == page and block.mark == "run")
    for page in sorted({block.page for block in blocks("python") if block.mark == "run"})
}
FILE = re.compile(r"`((?:src|tests|docs|scripts|benchmarks)/[\w./-]+)`")
NAME = re.compile(r"`(gofer(?:\.\w+)+)`")
NO_MODULE = re.compile(r"\.(toml|db|lock|parts|example)$")
ONLY_HERE = re.compile(r"/root/|/home/(?!user\b)\w+|index-url")


def test_every_link_leads_to_a_page_and_its_heading() -> None:
    broken = []
    for page in pages():
        for to in links(page):
            file, _, anchor = to.partition("#")
            target = (page.parent / file).resolve() if file else page
            if to.startswith(ELSEWHERE):
                continue
            if not target.exists() or (anchor and anchor not in anchors(target)):
                broken.append(f"{page.relative_to(ROOT)}: {to}")
    assert broken == []


def test_every_page_can_be_reached_from_the_map() -> None:
    found, new = {DOCS / "README.md"}, [DOCS / "README.md"]
    while new:
        page = new.pop()
        for to in links(page):
            target = (page.parent / to.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.exists() and target not in found:
                found.add(target)
                new.append(target)
    assert {page for page in DOCS.rglob("*.md") if page not in found} == set()


@pytest.mark.parametrize("block", blocks("toml"), ids=lambda block: block.place)
def test_toml_can_be_read(block: Block) -> None:
    tomllib.loads(block.text)


@pytest.mark.parametrize("block", blocks("json"), ids=lambda block: block.place)
def test_json_can_be_read(block: Block) -> None:
    shown = json.loads(block.text)
    if "steps" in shown:
        assert load(block.text).steps


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: block.place)
def test_python_can_be_read(block: Block) -> None:
    compile(block.text, block.place, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: page.name)
async def test_the_examples_of_a_page_run_one_after_another(page: Path, tmp_path: Path) -> None:
    example = tmp_path / "example.py"
    example.write_text(RUNNABLE[page])
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, str(example)], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_there_are_examples_that_run() -> None:
    assert {page.name for page in RUNNABLE} >= {"add-an-application.md", "add-a-tool.md"}


def test_nothing_in_the_docs_belongs_to_one_machine_or_registry() -> None:
    found = [
        f"{page.relative_to(ROOT)}:{number}: {line.strip()}"
        for page in [*pages(), *DOCS.rglob("*.svg")]
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1)
        if ONLY_HERE.search(line)
    ]
    assert found == []


def test_files_named_in_the_docs_exist() -> None:
    named = {(page, file) for page in pages() for file in FILE.findall(prose(page))}
    assert {f"{page.name}: {file}" for page, file in named if not (ROOT / file).exists()} == set()


def test_names_in_the_docs_are_names_in_the_code() -> None:
    named = {name for page in pages() for name in NAME.findall(prose(page)) if not NO_MODULE.search(name)}
    assert len(named) > 3
    for name in named:
        assert resolve_name(name) is not None


def test_the_picture_is_a_picture() -> None:
    root = ElementTree.parse(DOCS / "explanation" / "architecture.svg").getroot()
    assert root.tag.endswith("svg")
    assert root.get("viewBox")
    text = (DOCS / "explanation" / "architecture.svg").read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in text


def test_decisions_are_numbered_without_a_gap_and_have_the_same_parts() -> None:
    found = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    numbers = [int(page.name[:4]) for page in found if page.name[:4] != "0000"]
    assert numbers == list(range(1, len(numbers) + 1))
    for page in found:
        text = page.read_text(encoding="utf-8")
        for part in ("## Context", "## Decision", "## Consequences"):
            assert part in text, page.name
