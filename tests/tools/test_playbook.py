"""Which failures of a replay speak against its playbook."""

import pytest

from gofer.browser.binding import bound
from gofer.browser.healing import Healed, Trouble
from gofer.browser.playbook import Act
from gofer.core.action import Action, Click, Fill, Navigate, Select, Target
from gofer.core.errors import Refused
from gofer.tools.playbook import Witness

VALUES = {"city": "Bergen", "start_url": "https://a.example/"}
GO = Click(target=Target(role="button", name="Go"))
UNFIT = Refused("Nothing on the page is that.")


def trouble(action: Action) -> Trouble:
    """A step that could not be done."""
    step = Act(action=action)
    return Trouble(2, step, bound(step, VALUES), VALUES, UNFIT)


@pytest.mark.parametrize("code", ["ERR_SANDBOX_LOST", "ERR_INVALID_INPUT", "ERR_NO_MODEL", "ERR_NOT_FOUND"])
async def test_only_a_step_that_does_not_fit_counts(code: str) -> None:
    witness = Witness()
    assert await witness.heal(trouble(GO)) is None
    assert witness.blames_the_playbook(UNFIT)
    assert not witness.blames_the_playbook(Refused("Something else.", code=code))


@pytest.mark.parametrize(
    ("action", "counts"),
    [
        (GO, True),
        (Fill(target=Target(label="City"), value="{city}"), True),
        (Select(target=Target(label="City"), values=("{city}",)), False),
        (Click(target=Target(role="link", name="{city}")), False),
        (Navigate(url="{start_url}"), False),
    ],
)
async def test_a_wrong_value_and_an_address_that_is_not_there_do_not_count(action: Action, counts: bool) -> None:
    witness = Witness()
    await witness.heal(trouble(action))
    assert witness.blames_the_playbook(UNFIT) is counts


async def test_a_step_that_was_mended_is_not_to_blame_for_what_fails_later() -> None:
    async def mended(trouble: Trouble) -> Healed | None:
        return Healed(trouble.number, (trouble.template,), "Moved.", "https://a.example/")

    witness = Witness(mended)
    await witness.heal(trouble(Navigate(url="{start_url}")))
    assert witness.blames_the_playbook(Refused("Nothing on the page matches `.card`."))
