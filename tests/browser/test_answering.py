"""Which errands end in words that no replay can say again."""

import pytest
from tests.browser.recorded import clicked, filled, opened

from gofer.browser.answering import wordy
from gofer.browser.playbook import Act, Expect, Read
from gofer.core import action as do
from gofer.core.action import Target

START = opened("https://a.example/")
FORM = filled("Town", "Bergen")
SEARCH = Act(
    action=do.Fill(target=Target(role="searchbox"), value="mug"), element=filled("", "", type="search").element
)


@pytest.mark.parametrize("goal", ["Which release is the newest?", "Find the newest release", "Look around"])
def test_who_only_looks_about_answers_in_words(goal: str) -> None:
    assert wordy([START, clicked("Downloads"), SEARCH], goal)


@pytest.mark.parametrize("goal", ["Enter Bergen. What does it say then?", "Fill it in and tell me the number", "¿Qué?"])
def test_who_is_asked_answers_in_words_whatever_was_done(goal: str) -> None:
    assert wordy([START, FORM], goal)


def test_a_deed_needs_no_words() -> None:
    assert not wordy([START, FORM, clicked("Send")], "Sign my dog up for what is on offer")
    assert not wordy([START, clicked("Archive")], "Archive every mail")


def test_what_is_read_or_downloaded_is_had_again() -> None:
    read = Read(each=".card", fields={"name": "b"})
    assert not wordy([START, read], "Which is the cheapest?")
    assert not wordy([START, clicked("Report", Expect(see="file"))], "Which report is the newest?")
    assert not wordy([START, Act(action=do.Download(target=Target(css="a")))], "Get the report")
