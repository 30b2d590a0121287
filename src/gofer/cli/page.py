"""`gofer page`: what a model would see of a page, looked at from a sandboxed desktop as a run would."""

import asyncio
from typing import Any

import typer
from pydantic import ValidationError

from gofer.cli import out
from gofer.cli.window import window
from gofer.cli.words import clean
from gofer.core.errors import Refused
from gofer.core.page import Look, PageView
from gofer.settings import Settings, load

KEYS = ("tokens", "interactive", "text", "url", "title", "truncated")
NOTHING = "(Nothing here can be told in text: the page is empty, or it is drawn, as a canvas or a PDF is.)"


def page(url: str, look: dict[str, Any], allow_private: bool, as_json: bool) -> int:
    """Print the view, its tokens and how many interactive elements are in it."""
    seen, status = asyncio.run(_seen(load(), url, _look(look), allow_private))
    if as_json:
        out.as_json({**seen.model_dump(include=set(KEYS)), "status": status})
        return 0
    answered = f"\nIt came with the status {status}." if status else ""
    typer.echo(f"{clean(seen.title)}\n{clean(seen.url)}{answered}\n\n{clean(seen.text) or NOTHING}\n")
    typer.echo(f"{seen.tokens:,} tokens (o200k), {seen.interactive:,} interactive elements{_cut(seen)}")
    return 0


def _cut(seen: PageView) -> str:
    return "; not all of the page is shown" if seen.truncated else ""


def _look(asked: dict[str, Any]) -> Look:
    find = asked["find"] or ""
    mode = asked["mode"] or ("find" if find else "whole")
    if (mode == "find") is not bool(find.strip()):
        raise Refused("The mode `find` and words to find go together: --mode find --find WORDS.")
    try:
        return Look(mode=mode, find=find, cap=asked["cap"])
    except ValidationError as error:
        first = error.errors()[0]
        raise Refused(f"--{first['loc'][0]}: {first['msg']}.") from error


async def _seen(settings: Settings, url: str, look: Look, private: bool) -> tuple[PageView, int | None]:
    async with window(settings, url, private) as sight:
        return await sight.browser.observe(look), sight.status
