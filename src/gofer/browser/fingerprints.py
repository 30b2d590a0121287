"""Takes an element's fingerprint, and finds the element again by it: one look at each frame, no mark left behind."""

from collections.abc import Mapping, Sequence
from typing import Any

from playwright.async_api import Error, Frame, Locator, Page

from gofer.browser.likeness import Seen, decide, kin, like, renamed, same
from gofer.browser.pins import pin, script
from gofer.core.fingerprint import Fingerprint, Match

MOST = 300
"""Elements of one frame that are looked at more closely."""

_OWN = {"tag", "role", "name", "label", "attributes", "classes", "path"}

_MOVING = ("context was destroyed", "detached", "navigat")


async def taken(page: Page, element: Locator) -> Fingerprint:
    """What tells this element again. Never what was filled into it."""
    mine = Seen.model_validate(await element.evaluate(script()))
    seen = [one for one in await _seen(page, mine) if kin(mine, one)]
    namesakes = [one for one in seen if same(one.name, mine.name)]
    nth = next((number for number, one in enumerate(namesakes) if one.where == mine.where), 0)
    of = max(len(namesakes), 1)
    alike = max(sum(like(mine.name, one.name) for one in seen), of)
    plain = mine.model_dump(include=_OWN)
    return Fingerprint(**plain, near=_near(mine, namesakes), nth=nth, of=of, alike=alike)


async def found(page: Page, fingerprint: Fingerprint) -> Match:
    """Where the element is now, in any frame of the page; its reference holds as long as it stays the same there."""
    seen = await _seen(page, fingerprint)
    verdict = decide(fingerprint, seen)
    if verdict.place is None:
        return Match(level=verdict.level, rivals=verdict.rivals, renamed=renamed(fingerprint, seen))
    return Match(ref=pin(seen[verdict.place]), level=verdict.level)


def _near(mine: Seen, namesakes: Sequence[Seen]) -> str:
    """The nearest of what it stands under; among several of its name, the nearest that only it stands under."""
    if len(namesakes) <= 1:
        return next(iter(mine.nears), "")
    others = [one for one in namesakes if one.where != mine.where]
    return next((near for near in mine.nears if not any(same(near, each) for one in others for each in one.nears)), "")


async def _seen(page: Page, wanted: Fingerprint) -> list[Seen]:
    asked = wanted.model_dump(include={"tag", "role", "name", "attributes", "classes"})
    found = [await _survey(frame, asked) for frame in page.frames]
    return [Seen.model_validate({**one, "frame": number}) for number, all_ in enumerate(found) for one in all_]


async def _survey(frame: Frame, asked: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    try:
        features: list[dict[str, Any]] = await frame.evaluate(f"([one, two]) => ({script()})(one, two)", [asked, MOST])
    except Error as error:
        if frame.parent_frame is None and not any(sign in error.message for sign in _MOVING):
            raise
        return []  # the page or the frame goes away; whoever asks, asks again
    return features
