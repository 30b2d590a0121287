"""Recordings made by a browser on a page, and by hand where no browser is needed."""

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.drafting import Errand, Unfit, draft
from gofer.browser.playbook import Act, Expect, Playbook, Step
from gofer.browser.recording import Notebook, Recorder, Recording
from gofer.browser.written import as_text
from gofer.core import action as do
from gofer.core.action import Action, Target
from gofer.core.fingerprint import Fingerprint


def field(label: str) -> Target:
    """A field by its label."""
    return Target(label=label)


def button(name: str) -> Target:
    """A button by its name."""
    return Target(role="button", name=name)


async def recorded(browser: PlaywrightBrowser, errand: Errand, *actions: Action) -> tuple[Playbook | Unfit, Recording]:
    """What becomes of these actions."""
    kept: list[str] = []

    async def load_it() -> Recording | None:
        return None

    async def keep(recording: Recording) -> None:
        kept.append(recording.model_dump_json())

    names = {value: name for name, value in errand.parameters.items()}
    recorder = Recorder(browser, Notebook(load_it, keep, names))
    for action in (do.Navigate(url=errand.start_url), *actions):
        await recorder.act(action)
    recording = Recording.model_validate_json(kept[-1])
    return draft(recording, errand, []), recording


def written(made: Playbook | Unfit) -> str:
    """The text of what must have become a playbook."""
    assert isinstance(made, Playbook), made
    return as_text(made)


def opened(url: str, *expect: Expect) -> Act:
    """An address was opened."""
    return Act(action=do.Navigate(url=url), expect=expect or (Expect(see="url", what=url),))


def filled(label: str, value: str, **attributes: str) -> Act:
    """A text was put into a field that is called like this."""
    element = Fingerprint(tag="input", role="textbox", name=label, label=label, attributes=attributes)
    target = Target(role="textbox", name=label) if label else Target(css="input")
    return Act(action=do.Fill(target=target, value=value), element=element, expect=(Expect(see="value", what=value),))


def clicked(name: str, *expect: Expect, near: str = "") -> Act:
    """A button was clicked."""
    element = Fingerprint(tag="button", role="button", name=name, near=near)
    return Act(action=do.Click(target=button(name)), element=element, expect=expect or (Expect(see="gone"),))


def drafted(errand: Errand, *steps: Step) -> Playbook | Unfit:
    """What becomes of steps that were recorded like this."""
    return draft(Recording(steps=list(steps)), errand, [])
