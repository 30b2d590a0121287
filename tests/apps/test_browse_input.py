"""What an errand may ask for, and which computer it gets."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gofer.apps.browse import APPLICATION
from gofer.apps.browse.flow import computer
from gofer.apps.browse.types import BrowseInput
from gofer.browser.written import bundled
from gofer.core.errors import Refused
from gofer.core.sandbox import SandboxSpec
from gofer.demo import demo_input
from gofer.kernel.intake import validated
from gofer.testing.harness import Setup, harness


def errand(start_url: str, *, recorded: bool = True, **more: object) -> BrowseInput:
    """The demo errand at another address."""
    return BrowseInput.model_validate({**demo_input(recorded=recorded), "start_url": start_url, **more})


def test_a_playbook_reaches_its_own_sites_only_and_a_model_the_public_ones() -> None:
    recorded = errand("http://shop.example:8080/")
    assert computer(recorded, bundled("price_watch")).egress.allow == ("shop.example:8080", "*.shop.example:8080")
    assert computer(recorded, None).egress.allow == ("*", "shop.example:8080")


def test_a_desktop_outlives_the_time_that_a_person_has_to_clear_its_page() -> None:
    patient = computer(errand("http://a.example/", blocked_minutes=1440), None)
    assert APPLICATION.budget.seconds is not None
    assert patient.limits.wall_seconds > 1440 * 60 + APPLICATION.budget.seconds
    usual = computer(errand("http://a.example/"), None)
    assert usual.limits == SandboxSpec().limits  # so that one which waits warm will do


def test_an_address_that_is_none_is_refused_by_an_example() -> None:
    with pytest.raises(Refused, match=r"start_url: it must look like https://example\.org/"):
        validated(BrowseInput, {"goal": "Look", "start_url": "notaurl"})


def test_one_profile_is_used_by_one_run_at_a_time() -> None:
    assert APPLICATION.limit_key is not None
    assert APPLICATION.limit_key(errand("http://a.example/", profile="home")) == "profile:home"
    assert APPLICATION.limit_key(errand("http://a.example/")) is None


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"playbook": "nonsense"}, "price_watch"),
        ({"parameters": {}}, "“search”"),
        ({"parameters": {"search": "mug", "colour": "red"}}, "“colour”"),
    ],
)
async def test_a_playbook_that_cannot_be_replayed_is_refused_at_once(
    tmp_path: Path, wrong: dict[str, Any], told: str
) -> None:
    async with harness(Setup(tmp_path, (APPLICATION,))) as gofer:
        with pytest.raises(Refused, match=told) as refused:
            await gofer.start("browse", **{**demo_input(recorded=True), **wrong})
        assert (await gofer.call("run.list")).runs == []
    assert refused.value.code == "ERR_INVALID_INPUT"
    assert "playbook: " in refused.value.message


@pytest.mark.parametrize("bad", [{"start_url": "file:///etc"}, {"start_url": "a.example"}, {"goal": ""}, {"x": 1}])
def test_input_that_is_no_errand_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        BrowseInput.model_validate({**demo_input(recorded=False), **bad})
