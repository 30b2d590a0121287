"""What an errand does about a blocker: it asks a person, waits without a slot, goes on by itself once it is gone."""

import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from gofer.core.application import RunContext
from gofer.core.blocker import Blocker, BlockerKind
from gofer.core.browser import Browser
from gofer.core.errors import Blocked, Denied, Refused, Unavailable
from gofer.core.event import BlockerGone, BlockerSeen
from gofer.core.question import Question

DONE, ABORT, LATER = "Done", "Abort", "+10 minutes"
CLEARED, NOBODY = "The page is free", "Nobody came in time"
MORE_SECONDS = 600.0
SURE_SECONDS = 0.15

HOW = {DONE: "done", ABORT: "aborted", CLEARED: "cleared", NOBODY: "deadline"}
"""What became of a blocker, by the answer; what nobody can choose is the answer of the deadline."""

SURE = 0.8
"""Confidence from which a blocker is asked about again, where Done was said and the errand got no further."""

INSISTED = 3
"""So often at most the same blocker is asked about: perhaps it is the detector that is wrong."""

WANTS: dict[BlockerKind, str] = {
    BlockerKind.CAPTCHA: "shows a CAPTCHA, and gofer solves none",
    BlockerKind.CAPTCHA_LOOP: "shows its CAPTCHA again and again, though it was solved",
    BlockerKind.MFA: "wants a code or an approval that only you can give",
    BlockerKind.LOGIN: "wants somebody to log in",
    BlockerKind.BOT_BLOCKED: "takes this browser for a bot and turns it away",
    BlockerKind.ACCESS_DENIED: "denies access",
    BlockerKind.RATE_LIMITED: "says that there were too many requests; it may pass by waiting",
}
"""What a site does, by the kind of blocker, for people."""

_IN = r"(?:log|sign)(?:[ -]?(?:in|on))\b"

LOGGING_IN = re.compile(
    rf"(?:^|[.,;:!?\n(]|\b(?:to|and|then|please|first|must|should|can|will|you|i|we|me|now|next|or)\b)\s*{_IN}"
    rf"|\b(?:logging|signing)[ -](?:in|on)\b|\b(?:do|make|perform|complete|finish|pass|try|test) (?:the |a |my )?{_IN}"
    r"|einlogg|\banmelden\b|\bmelde? (?:dich|mich|sich|uns)\b.{0,60}?\ban\b|\b(?:se|me|nous|vous) connecter\b"
    r"|\bconnectez-vous|\bconnecte-toi|inici\w* sesión|faça login|entre na conta|\baccedi\b|inlogg|logga in\b|zaloguj"
    r"|giriş yap|войди|войти|ログイン|登录|登入|로그인|تسجيل الدخول",
    re.I,
)
"""Words of a goal that is to log in: as something to do, for a sign on a shop is no sign-on."""

_UNWANTED = re.compile(
    rf"\b(?:without|not|never|n[’']t|ohne|sans|sin)\b (?:to )?(?:(?:logging|signing)[ -](?:in|on)\b|{_IN})", re.I
)


class Sighting(BaseModel):
    """A verdict, with where and when."""

    model_config = ConfigDict(frozen=True)

    blocker: Blocker = Blocker()
    url: str = ""
    at: float = 0.0


@dataclass
class Terms:
    """What an errand settled about blockers: how long a person has, and what is no blocker for it."""

    seconds: float = 1800.0
    expected: frozenset[BlockerKind] = frozenset()
    """Kinds that are the errand itself, such as a login where logging in was asked for."""
    waved: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Kind and place of what a person called done though its signs stayed, and how often."""

    def stops(self, blocker: Blocker, url: str, *, stuck: bool = False) -> bool:
        """Whether this stops the errand; what was waved on does so only where an action came to nothing."""
        times = self.waved[(blocker.kind, _place(url))]
        return blocker.found and (times == 0 or (stuck and times < INSISTED and blocker.confidence >= SURE))


def terms(goal: str, minutes: float) -> Terms:
    """What an errand with this goal settles: where its goal is to log in, a login is no blocker."""
    wants_login = LOGGING_IN.search(_UNWANTED.sub("", goal)) is not None
    return Terms(minutes * 60, frozenset({BlockerKind.LOGIN}) if wants_login else frozenset())


async def unblocked(run: RunContext, browser: Browser, terms: Terms | None = None, *, stuck: bool = False) -> bool:
    """Return at once where nothing is in the way; else once a person or the page made way. Tells whether it waited.

    `stuck` says that an action just came to nothing, so that Done is not believed for ever. Raises `Denied` when the
    person aborts, `Blocked` when nobody came in time.
    """
    terms = terms or Terms()
    sighting = await run.step(sighted, browser, terms, stuck, name="look for blockers")
    if not sighting.blocker.found:
        return False
    await handed_over(run, browser, sighting, terms)
    return True


async def sighted(browser: Browser, terms: Terms, stuck: bool) -> Sighting:
    """What stands in the way of the errand now."""
    found = (await browser.blocker()).apart_from(terms.expected)
    if not found.found:
        return Sighting(blocker=found)
    url = await browser.get_current_url()
    return Sighting(blocker=found if terms.stops(found, url, stuck=stuck) else Blocker(), url=url, at=time.time())


async def handed_over(run: RunContext, browser: Browser, sighting: Sighting, terms: Terms) -> None:
    """Show the blocker to a person, and wait until the way is free."""
    picture = await run.step(_picture, run, browser, name="picture of the blocker")
    await run.emit(BlockerSeen(blocker=sighting.blocker, url=sighting.url, artifact=picture))
    answer = await run.ask(_question(sighting, terms, picture), until=partial(_cleared, browser, terms))
    seconds = max(0.0, await run.step(_moment, name="end of the wait") - sighting.at)
    how = HOW.get(answer, "done")
    await run.emit(
        BlockerGone.model_validate({"kind": sighting.blocker.kind, "how": how, "seconds": round(seconds, 2)})
    )
    _go_on_or_stop(how, sighting, terms)


def _go_on_or_stop(how: str, sighting: Sighting, terms: Terms) -> None:
    where = urlsplit(sighting.url).hostname or sighting.url
    if how == "aborted":
        raise Denied(f"Aborted: {where} {WANTS[sighting.blocker.kind]}.", next_step="Start the errand again.")
    if how == "deadline":
        message = f"{where} {WANTS[sighting.blocker.kind]}, and nobody came in time."
        raise Blocked(message, next_step="Retry the run when somebody can take control.")
    if how == "done":
        terms.waved[(sighting.blocker.kind, _place(sighting.url))] += 1


def _question(sighting: Sighting, terms: Terms, picture: str | None) -> Question:
    where = urlsplit(sighting.url).hostname or "The page"
    again = terms.waved[(sighting.blocker.kind, _place(sighting.url))] > 0
    told = "still " if again else ""
    text = (
        f"{where} {told}{WANTS[sighting.blocker.kind]}. Take control of the live desktop "
        "on this run's page and clear the way. "
        "The errand goes on by itself when it sees that the way is free, or when you say Done."
    )
    return Question(
        text=text,
        choices=(DONE, ABORT, LATER),
        default=NOBODY,
        timeout_seconds=terms.seconds,
        postpones={LATER: MORE_SECONDS},
        clears=True,
        artifact=picture,
    )


async def _cleared(browser: Browser, terms: Terms) -> str | None:
    """Free twice in a row: between a solved challenge and the next page stands an empty one."""
    for pause in (0.0, SURE_SECONDS):
        await asyncio.sleep(pause)
        found = (await browser.blocker()).apart_from(terms.expected)
        if found.found and terms.stops(found, await browser.get_current_url(), stuck=True):
            return None
    return CLEARED


async def _picture(run: RunContext, browser: Browser) -> str | None:
    try:
        return (await run.save("blocker.png", await browser.take_screenshot(), "image/png")).name
    except (Refused, Unavailable):
        return None


async def _moment() -> float:
    return time.time()


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"
