"""`gofer blockers`: what stands in an errand's way on a page, and by which signs."""

import asyncio
from pathlib import Path

import typer

from gofer import catalog
from gofer.cli import out
from gofer.cli.window import desk, window
from gofer.cli.words import clean
from gofer.core.blocker import Blocker
from gofer.core.errors import Refused
from gofer.core.sandbox import Egress
from gofer.settings import Settings, load

READ = "gofer.browser.blockers.saved:read"
JUDGED = "gofer.browser.blockers.saved:judged"
LARGEST = 20_000_000
"""Bytes of a saved page; a larger file is none."""

LOOKS, PAUSE_SECONDS = 4, 0.4
"""Widgets come a moment after their page: nothing is certain at first sight."""

MEANS = {
    "none": "Nothing stands in the way.",
    "captcha": "A CAPTCHA stands in the way.",
    "captcha_loop": "The CAPTCHA comes back after it was solved.",
    "mfa": "A second factor is asked for.",
    "login": "A login stands in the way.",
    "bot_blocked": "The site takes its visitor for a bot.",
    "access_denied": "Access is denied.",
    "rate_limited": "There were too many requests.",
}


def blockers(page: str, allow_private: bool, as_json: bool) -> int:
    """Print the verdict."""
    if page.lower().startswith(("http://", "https://")):
        found = asyncio.run(_on_page(load(), page, allow_private))
    else:
        text = _text(page)
        catalog.load(READ)(text)  # what it says of its answer may make no sense
        found = asyncio.run(_in_file(load(), text))
    if as_json:
        out.as_json(found.model_dump(mode="json"))
    else:
        _tell(found)
    return 0


def _tell(found: Blocker) -> None:
    vendor = f" ({found.vendor})" if found.vendor else ""
    typer.echo(f"{found.kind.value}{vendor}: {MEANS[found.kind.value]}")
    if found.found:
        typer.echo(f"confidence {found.confidence:.2f}, by these signs:")
        out.table(["seen in", "what"], [[sign.source, clean(sign.value)] for sign in found.evidence])


async def _on_page(settings: Settings, url: str, private: bool) -> Blocker:
    async with window(settings, url, private, any_answer=True) as sight:
        found = await sight.browser.blocker()
        for _ in range(LOOKS - 1):
            if found.found:
                break
            await asyncio.sleep(PAUSE_SECONDS)
            found = await sight.browser.blocker()
        return found


async def _in_file(settings: Settings, text: str) -> Blocker:
    judged = catalog.load(JUDGED)
    async with desk(settings, Egress()) as screen:
        found: Blocker = await judged(screen, text)
        return found


def _text(name: str) -> str:
    file = Path(name)
    if not file.is_file():
        raise Refused(f"“{name}” is neither a page's address (http://, https://) nor a file.")
    try:
        if file.stat().st_size > LARGEST:
            raise Refused(f"{file} is too large for a saved page.")
        return file.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}.") from error
