"""Playwright's errors in gofer's words: what is wrong, and what to do instead."""

import asyncio
import builtins
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Error, Page, TimeoutError

from gofer.browser.patience import Patience
from gofer.core.attempt import Attempt, refusal
from gofer.core.errors import GoferError, Refused, Unavailable

_GONE = ("Connection closed", "Browser closed", "WebSocket error")

_REASONS = (
    ("not enabled", "it is disabled; something else has to be done first"),
    ("did not find some options", "it has no such option"),
    ("not a <select>", "it is not a list of options; click it, then click the option"),
    ("Element is not an <input>", "no text can be put into it"),
    ("not editable", "it is read-only"),
    ("of type", "no text can be put into this kind of field"),
    ("outside of the viewport", "it lies outside of what can be shown"),
    ("not visible", "it is hidden"),
    ("not stable", "it keeps moving"),
)
"""What Playwright waited for in vain before it would touch an element, or why it never does."""

_USED, _KEPT = re.compile(r"^[\s-]*performing \w+ action", re.M), re.compile(" intercepts pointer events")
"""Lines of Playwright's account, which may quote the page too."""

_COVERED = re.compile(r"(<[^>]+>).*? intercepts pointer events")

_NETWORK = (
    ("ERR_NAME_NOT_RESOLVED", "there is no site of that name"),
    ("ERR_CONNECTION_REFUSED", "nothing answers there"),
    ("ERR_CONNECTION_", "the site broke the connection"),
    ("ERR_EMPTY_RESPONSE", "the site sent nothing"),
    ("ERR_TUNNEL_CONNECTION_FAILED", "the site cannot be reached, or is not allowed for this errand"),
    ("ERR_PROXY_", "the sandbox's way to the network is down"),
    ("ERR_INTERNET_DISCONNECTED", "there is no network"),
    ("ERR_CERT", "its certificate is not valid"),
    ("ERR_SSL", "no safe connection could be made"),
    ("ERR_TOO_MANY_REDIRECTS", "it redirects in a circle"),
    ("ERR_ABORTED", "it is a download or has no content"),
    ("ERR_UNSAFE_PORT", "browsers refuse that port"),
    ("ERR_INVALID", "that is not a proper address"),
)


class Reason(Exception):
    """Why an action cannot be done, in words; `told_as` says which action. `attempt` is None where nobody knows."""

    def __init__(self, words: str, attempt: Attempt | None = Attempt.UNDONE) -> None:
        super().__init__(words)
        self.attempt = attempt


@asynccontextmanager
async def told_as(action: str, seconds: float = Patience.answers) -> AsyncIterator[None]:
    """Turn whatever Playwright raises while doing `action`, or a page that hangs, into Refused or Unavailable."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except builtins.TimeoutError as error:
        raise hung(action) from error
    except Reason as reason:
        raise refusal(f"{action}: {_ended(str(reason))}", reason.attempt) from reason
    except Error as error:
        raise _mishap(action, error) from error


def _mishap(action: str, error: Error) -> GoferError:
    if any(sign in error.message for sign in _GONE):
        return lost()
    if "has been closed" in error.message:
        return Unavailable(f"{action}: its tab was closed meanwhile. Read the page again.")
    if "crashed" in error.message:
        return Unavailable(f"{action}: the page crashed. Open its address again.")
    if "Download is starting" in error.message:
        return Refused(f"{action}: it is a file to download, not a page.")
    if "net::" in error.message:
        return _network(action, error.message)
    if "navigate to invalid URL" in error.message:
        return refusal(f"{action}: that is not an address that can be opened.", Attempt.UNDONE)
    if "not a valid selector" in error.message or "while parsing css selector" in error.message:
        return Refused(f"{action}: that is not a valid CSS selector.")
    return refusal(f"{action}: {_reason(error)}.", Attempt.UNDONE if _unmade(error) else None)


def made(error: Error) -> bool:
    """Whether Playwright's account of its last try ends after the mouse was used: what followed took too long."""
    used, kept_off = (max((one.start() for one in sign.finditer(error.message)), default=-1) for sign in (_USED, _KEPT))
    return used > kept_off and "(trial run)" not in error.message


def _unmade(error: Error) -> bool:
    signs = (_COVERED.search(error.message), *(sign in error.message for sign, _ in _REASONS))
    return "attempting " in error.message and any(signs) and not made(error)


def hung(action: str) -> Unavailable:
    """The page answers nothing any more."""
    return Unavailable(f"{action}: the page does not respond. Its tab was closed; open another address.")


async def answers(page: Page, seconds: float = 1.0) -> bool:
    """Whether the page's scripts still run."""
    try:
        async with asyncio.timeout(seconds):
            await page.evaluate("0")
    except builtins.TimeoutError:
        return False
    except Error:
        return True  # closed, or on its way: no reason to let go of it
    return True


def hangs(error: GoferError) -> bool:
    """Whether the page answers nothing any more, so that its tab is of no use."""
    return isinstance(error.__cause__, builtins.TimeoutError)


def _ended(words: str) -> str:
    first = words[0].lower() + words[1:] if words[:3] in ("It ", "The", "Onl", "A r", "Say") else words
    return first if first.endswith((".", "?", "!")) else f"{first}."


def lost() -> Unavailable:
    """The browser itself is gone."""
    return Unavailable("The browser is gone.", code="ERR_SANDBOX_LOST")


def _network(action: str, message: str) -> GoferError:
    for sign, words in _NETWORK:
        if sign in message:
            kind = Refused if sign in ("ERR_ABORTED", "ERR_UNSAFE_PORT", "ERR_INVALID") else Unavailable
            return kind(f"{action}: {words}.")
    code = re.search(r"net::(\w+)", message)
    return Unavailable(f"{action}: the network failed ({code.group(1) if code else 'unknown'}).")


def _reason(error: Error) -> str:
    if isinstance(error, TimeoutError) and made(error):
        return "what it led to took too long"
    if cover := _COVERED.search(error.message):
        return f"{cover.group(1)} covers it; close or move that first"
    for sign, words in _REASONS:
        if sign in error.message:
            return words
    if isinstance(error, TimeoutError):
        return "it took too long"
    return error.message.splitlines()[0]
