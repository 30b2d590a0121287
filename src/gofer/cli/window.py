"""A browser for an operator's own look at a page: a sandboxed desktop behind the egress proxy, as a run has it."""

import ipaddress
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from gofer import catalog
from gofer.cli.shop import shop_open
from gofer.core.browser import Browser
from gofer.core.egress import Verdict
from gofer.core.egress import of as answered
from gofer.core.errors import GoferError, Refused
from gofer.core.sandbox import Egress, Profile, SandboxSpec
from gofer.core.screen import Screen
from gofer.demo import HOST
from gofer.main import BROWSER
from gofer.settings import Settings

WEB = {"http": 80, "https": 443}
FOR_MODELS = re.compile(
    r" (Read the page again|Open its address again|Its tab was closed; open another address"
    r"|Its page is open, read it if that helps)\."
)
"""What the browser advises whoever drives it; nobody at a command line does."""

ANSWERED = re.compile(r" answered (\d{3})\b")
DRIVER = BROWSER.partition(":")[0]
OPTIONS = "gofer.browser.options:Options"
ALLOW = "With --allow-private your own command may look at this machine and its network; a run may not."


@dataclass(frozen=True)
class Sight:
    """A browser that stands on a page, and the status that the page came with where that tells of an error."""

    browser: Browser
    status: int | None = None


@asynccontextmanager
async def window(settings: Settings, url: str, private: bool, any_answer: bool = False) -> AsyncIterator[Sight]:
    """A browser that stands on the page, whatever its status; raises `Refused` where it may not go there.

    With `any_answer` what came of a page that went wrong otherwise is a page too.
    """
    parts = checked(url, private)
    async with _desktop(settings, _egress(parts, private)) as browser:
        try:
            yield Sight(browser, await _status(browser, url, any_answer))
        except GoferError as error:
            raise for_people(_why(error)) from error


async def _status(browser: Browser, url: str, any_answer: bool) -> int | None:
    """Go there; gives the status with which a site said no, and raises where no site's page is open."""
    try:
        await browser.navigate(url)
    except GoferError as error:
        told = ANSWERED.search(error.message)
        if not (told or any_answer) or not await _answered(browser):
            raise
        return int(told[1]) if told else None
    return None


def for_people(error: GoferError) -> GoferError:
    """The same without what it advises a model."""
    return type(error)(FOR_MODELS.sub("", error.message), code=error.code, next_step=error.next_step)


def checked(url: str, private: bool) -> SplitResult:
    """The address, if it is one to look at."""
    parts = _address(url)
    if not private and _is_private(parts.hostname or ""):
        raise Refused(f"{parts.hostname} is an address of this machine or its network.", next_step=ALLOW)
    return parts


def _address(url: str) -> SplitResult:
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in WEB and parts.hostname and parts.port != 0:
            return parts
    raise Refused(f"“{url[:200]}” is not an address to look at: it must begin with http:// or https://.")


def _is_private(host: str) -> bool:
    """Whether the name itself says so; what only its lookup tells, the egress proxy refuses."""
    with suppress(ValueError):
        return not ipaddress.ip_address(host.partition("%")[0]).is_global
    return host == "localhost" or host.endswith(".localhost")


def _egress(parts: SplitResult, private: bool) -> Egress:
    """Everywhere that is public, and this host on its own port."""
    exact = tuple(f"{parts.hostname}:{port}" for port in {*WEB.values(), parts.port or WEB[parts.scheme]})
    return Egress(allow=("*", *exact), private=private)


def _why(error: GoferError) -> GoferError:
    """In words for whoever is no errand, where the egress proxy refused it."""
    answer = answered(error)
    if answer is None or not answer.refused:
        return error
    next_step = ALLOW if answer.verdict is Verdict.PRIVATE else None
    return Refused(f"{answer.host} was not let through: {answer.words}.", next_step=next_step)


async def _answered(browser: Browser) -> bool:
    """Whether a site's own page is open; where none answered, Chromium shows one of its own."""
    return urlsplit(await browser.get_current_url()).scheme in WEB


@asynccontextmanager
async def _desktop(settings: Settings, egress: Egress) -> AsyncIterator[Browser]:
    """A browser on a desktop of its own, which ends with the block."""
    opened, options = catalog.load(BROWSER), catalog.load(OPTIONS)(private=egress.private)
    async with desk(settings, egress) as screen:
        try:
            async with opened(screen, options) as browser:
                yield browser
        finally:
            await catalog.load(f"{DRIVER}:stop")()


@asynccontextmanager
async def desk(settings: Settings, egress: Egress) -> AsyncIterator[Screen]:
    """The screen of a desktop that ends with the block, as does a demo shop of its own: another's socket is theirs."""
    with tempfile.TemporaryDirectory(prefix="gofer-page-") as folder:
        shop = Path(folder) / "shop.sock"
        make = catalog.sandbox_provider(settings.sandboxes.provider)
        provider = make(Path(folder) / "sandboxes", names={HOST: str(shop)})
        async with shop_open(shop):
            box = await provider.create(SandboxSpec(profile=Profile.DESKTOP, egress=egress))
            try:
                yield box.screen
            finally:
                await box.close()
                await provider.destroy(box.ref)
