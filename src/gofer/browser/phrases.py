"""What an action does, as people say it: for events, errors and the film strip of a run."""

from collections.abc import Callable

from gofer.browser.words import clipped, describe
from gofer.core import action as do
from gofer.core.action import Action, Target

Named = Callable[[Target], str]


def sentence(action: Action, named: Named = describe) -> str:
    """Such as `Click button "Search"`."""
    words = phrase(action, named)
    return words[0].upper() + words[1:]


def phrase(action: Action, named: Named = describe) -> str:
    """Such as `click button "Search"`; `named` says which element a target is."""
    match action:
        case do.Fill():
            return f"fill {named(action.target)} with “{clipped(action.value)}”"
        case do.Type():
            return f"type “{clipped(action.text)}”{_in(action.target, named)}"
        case do.Press():
            return f"press {clipped(action.key)}{_in(action.target, named)}"
        case do.Select():
            return f"choose {', '.join(f'“{clipped(value)}”' for value in action.values)} in {named(action.target)}"
        case do.Check():
            return f"{'check' if action.on else 'uncheck'} {named(action.target)}"
        case do.Upload():
            return f"upload {', '.join(clipped(path) for path in action.paths)} to {named(action.target)}"
        case do.Download():
            return f"download from {named(action.target)}"
    return _pointing(action, named)


def _pointing(action: Action, named: Named) -> str:
    match action:
        case do.Click():
            kind = "double-click" if action.double else "click" if action.button == "left" else f"{action.button}-click"
            return f"{kind} {named(action.target)}"
        case do.Hover():
            return f"hover over {named(action.target)}"
        case do.Drag():
            where = f"onto {named(action.onto)}" if action.onto else f"by {action.by}"
            return f"drag {named(action.target)} {where}"
        case do.Point():
            to = f" to ({action.to[0]:g}, {action.to[1]:g})" if action.to else ""
            kind = "point at" if action.button == "none" else "drag from" if to else "click at"
            return f"{kind} ({action.x:g}, {action.y:g}){to}"
    return _moving(action, named)


def _moving(action: Action, named: Named) -> str:
    match action:
        case do.Navigate():
            return f"open {clipped(action.url, 100)}"
        case do.Scroll():
            return _scrolling(action, named)
        case do.WaitFor():
            return _waiting(action, named)
        case do.SwitchTab():
            return f"{'close' if action.close else 'switch to'} tab {action.number}"
    return "go back"


def _scrolling(action: do.Scroll, named: Named) -> str:
    if not action.screens:
        return f"scroll to {named(action.target)}" if action.target else "scroll"
    way = f"{abs(action.screens):g} screens {'down' if action.screens > 0 else 'up'}"
    return f"scroll {named(action.target)} {way}" if action.target else f"scroll {way}"


def _waiting(action: do.WaitFor, named: Named) -> str:
    things = [f"“{clipped(action.text)}”"] if action.text else []
    things += [named(action.target)] if action.target else []
    things += [f"an address with “{clipped(action.url)}”"] if action.url else []
    return f"wait until {' and '.join(things) or 'nothing'} {'is gone' if action.gone else 'shows'}"


def _in(target: Target | None, named: Named) -> str:
    return f" in {named(target)}" if target else ""
