"""What the steps of a playbook do and expect, as people say it."""

from gofer.browser import phrases
from gofer.browser.playbook import Act, Each, Expect, Pages, Picture, Read, Save, Step, Table
from gofer.browser.words import clipped, describe

_SEES = {
    "url": "the address is {what}",
    "text": "the page says “{what}”",
    "no text": "the page does not say “{what}” any more",
    "value": "the field holds “{what}”",
    "filled": "the field is filled",
    "state": "its state is {what}",
    "gone": "the element is gone",
    "shown": "the element is still there",
    "element": "there is {target}",
    "no element": "there is no {target} any more",
    "file": "a file was downloaded",
}


def sentence(step: Step) -> str:
    """What a step does, for events and errors."""
    match step:
        case Act():
            return phrases.sentence(step.action)
        case Read():
            return f"Read {', '.join(step.fields)} of every `{step.each}`"
        case Table():
            return f"Read {describe(step.target)}"
        case Picture():
            return f"Take a picture, {step.name}"
        case Save():
            return f"Save {step.name}"
        case Pages():
            return "Do this on each page"
        case Each():
            return f"Do this for each {step.name}"


def expectation(expect: Expect) -> str:
    """What is expected after a step."""
    target = describe(expect.target).removeprefix("the ") if expect.target else ""
    return _SEES[expect.see].format(what=clipped(expect.what, 100), target=target)
