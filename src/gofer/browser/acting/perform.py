"""From an action to the function that does it."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from gofer.browser.acting import choosing, files, moving, pointing, typing
from gofer.browser.acting.unsaid import typed, unsaid
from gofer.browser.hand import Hand
from gofer.browser.mishaps import told_as
from gofer.browser.phrases import phrase
from gofer.core import action as do
from gofer.core.action import Action

_DOES: dict[type, Callable[[Hand, Any], Awaitable[None]]] = {
    do.Navigate: moving.navigate,
    do.Back: moving.back,
    do.Scroll: moving.scroll,
    do.WaitFor: moving.wait,
    do.SwitchTab: moving.switch,
    do.Click: pointing.click,
    do.Hover: pointing.hover,
    do.Drag: pointing.drag,
    do.Point: pointing.point,
    do.Fill: typing.fill,
    do.Type: typing.type_text,
    do.Press: typing.press,
    do.Select: choosing.select,
    do.Check: choosing.check,
    do.Upload: files.upload,
    do.Download: files.download,
}


async def perform(hand: Hand, action: Action) -> None:
    """Do it, or raise Refused or Unavailable in words that help."""
    hand.tabs.rest()
    told = told_as(f"Could not {phrase(unsaid(action))}", hand.patience.answers + _own_seconds(action))
    async with told, _watched(hand, action):
        await _DOES[type(action)](hand, action)


def _watched(hand: Hand, action: Action) -> AbstractAsyncContextManager[None]:
    """Going to an address has its own word for a site that does not answer."""
    return nullcontext() if isinstance(action, do.Navigate) else hand.tabs.navigations.watched()


def _own_seconds(action: Action) -> float:
    """How long an action may wait by its nature."""
    if isinstance(action, do.WaitFor):
        return action.seconds
    return files.DOWNLOAD_SECONDS if isinstance(action, do.Download) else len(typed(action)) * typing.LETTER_SECONDS
