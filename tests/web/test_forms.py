"""The form for a new errand comes from the application's input, whatever that is."""

import json
from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect
from pydantic import BaseModel, Field, JsonValue, field_validator
from tests.security.test_faces import gateway
from tests.web.conftest import NOVNC, serving
from tests.web.visit import visiting

from gofer.apps.browse import APPLICATION as BROWSE
from gofer.apps.browse.types import BrowseInput
from gofer.core.application import Application, RunContext
from gofer.core.errors import Refused
from gofer.core.principal import OWNER
from gofer.kernel.intake import validated
from gofer.testing.harness import Harness, Setup, harness
from gofer.web.forms import form


class Colour(StrEnum):
    """What it may look like."""

    RED = "red"
    GREEN = "green"


class Part(BaseModel):
    """Something with parts of its own."""

    name: str
    size: int = 1


class Survey(BaseModel):
    """One field of every kind."""

    words: str = Field(max_length=5000, description="What it is about.", examples=["The weather"])
    home_url: str = Field(pattern=r"^https?://", title="Where it lives")
    colour: Colour = Field(description="How it looks.")
    many: int = Field(3, ge=1, le=9)
    share: float | None = None
    loud: bool = False
    size: Literal[1, 2, 3] | None = None
    nick: str | None = Field(None, max_length=20)
    tags: list[str] = []
    facts: dict[str, str] = {"lang": "en"}
    parts: list[Part] = []
    recipe: Part | str | None = None

    @field_validator("nick")
    @classmethod
    def _polite(cls, nick: str | None) -> str | None:
        if nick == "rude":
            raise ValueError("Be polite")
        return nick


async def survey(_run: RunContext, asked: Survey) -> dict[str, object]:
    """Gives back what it was told."""
    return asked.model_dump(mode="json")


APPLICATION = Application("survey", "Ask about anything.", Survey, survey)


@pytest.fixture
async def gofer(folder: Path) -> AsyncIterator[Harness]:
    """A real kernel that has this application only."""
    async with harness(Setup(folder, [APPLICATION])) as ready:
        yield ready


def test_every_kind_of_field_has_its_control() -> None:
    drawn = form(APPLICATION)
    assert [(field.name, field.kind) for field in drawn.needed] == [
        ("words", "long"),
        ("home_url", "url"),
        ("colour", "choice"),
    ]
    assert {field.name: field.kind for field in drawn.further} == {
        "many": "number",
        "share": "number",
        "loud": "switch",
        "size": "choice",
        "nick": "text",
        "tags": "lines",
        "facts": "pairs",
        "parts": "json",
        "recipe": "json",
    }


def test_labels_are_words_and_limits_are_the_browsers() -> None:
    fields = {field.name: field for field in (*form(APPLICATION).needed, *form(APPLICATION).further)}
    assert [fields[name].label for name in ("words", "home_url", "many")] == ["Words", "Where it lives", "Many"]
    assert fields["many"].limits == {"min": "1", "max": "9", "step": "1"}
    assert fields["colour"].choices == ("red", "green")
    assert fields["words"].example == "The weather"
    assert [name for name, field in fields.items() if field.loose and field.kind == "json"] == ["recipe"]


async def fill(page: Page) -> None:
    """Every field, as a person does."""
    await page.get_by_label("Words").fill("kettles")
    await page.get_by_label("Where it lives").fill("https://shop.example/")
    await page.get_by_label("Colour").select_option("green")
    await page.get_by_label("Many").fill("4")
    await page.get_by_label("Share").fill("0.5")
    await page.get_by_label("Loud").check()
    await page.get_by_label("Size").select_option("2")
    await page.get_by_label("Tags").fill("a\n\n b ")
    await page.get_by_role("button", name="Add a row").click()
    await page.get_by_label("Name", exact=True).nth(1).fill("city")
    await page.get_by_label("Value", exact=True).nth(1).fill("Rome")
    await page.get_by_label("Parts").fill('[{"name": "lid"}]')
    await page.get_by_label("Recipe").fill("as always")


@pytest.mark.chromium
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
async def test_a_new_application_has_its_form_for_free(
    scheme: Literal["light", "dark"], width: int, gofer: Harness, tmp_path: Path
) -> None:
    async with (
        serving(gateway(gofer, NOVNC)) as site,
        visiting(site, tmp_path, scheme=scheme, width=width) as visit,
    ):
        page = visit.page
        ticket = await gofer.kernel.access.ticket(OWNER, "login", 60)
        await page.goto(f"{site}/login?ticket={ticket}")
        await page.get_by_role("button", name="Start errand").click()
        await expect(page.get_by_text("This is needed.")).to_have_count(2)
        await page.get_by_text("More options").click()
        await fill(page)
        await page.get_by_label("Nick").fill("rude")
        await page.get_by_label("Many").fill("40")
        await page.get_by_label("Parts").fill("[oops")
        await page.get_by_role("button", name="Start errand").click()
        await expect(page.locator('[data-name="parts"] .wrong')).to_contain_text("This is not JSON")
        await expect(page.locator('[data-name="many"] .wrong')).to_be_visible()
        await visit.shoot("form-wrong")
        await fill(page)
        await page.get_by_label("Parts").fill('[{"size": 1}]')
        await page.get_by_role("button", name="Start errand").click()
        await expect(page.locator('[data-name="nick"] .wrong')).to_have_text("Be polite.")
        await expect(page.locator('[data-name="parts"] .wrong')).to_contain_text("Field required")
        await visit.shoot("form-refused")
        visit.problems.clear()  # the browser reports the 422 itself
        await page.get_by_label("Nick").fill("Al")
        await page.get_by_label("Parts").fill('[{"name": "lid"}]')
        await page.get_by_role("button", name="Start errand").click()
        await expect(page.locator("#status")).to_have_text("Done")
        run = await gofer.ended(page.url.rpartition("/")[2])
        assert run.output == json.loads(EXPECTED)


EXPECTED = """{"words": "kettles", "home_url": "https://shop.example/", "colour": "green", "many": 4, "share": 0.5,
    "loud": true, "size": 2, "nick": "Al", "tags": ["a", "b"], "facts": {"lang": "en", "city": "Rome"},
    "parts": [{"name": "lid", "size": 1}], "recipe": "as always"}"""


def test_what_an_application_wants_by_a_rule_of_its_own_is_asked_for_first() -> None:
    drawn = form(BROWSE)
    assert [(field.name, field.expected, field.required) for field in drawn.needed] == [
        ("goal", True, False),
        ("start_url", True, False),
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "The input does not fit: goal: is needed where no playbook is named."),
        ({"goal": "Look"}, "The input does not fit: start_url: is needed where no playbook is named."),
    ],
)
def test_a_rule_of_the_whole_input_names_its_field(given: dict[str, JsonValue], said: str) -> None:
    with pytest.raises(Refused) as refused:
        validated(BrowseInput, given)
    assert refused.value.message == said


@pytest.mark.chromium
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
async def test_a_newcomer_sees_at_the_field_why_an_errand_is_refused(
    scheme: Literal["light", "dark"], width: int, folder: Path, tmp_path: Path
) -> None:
    async with (
        harness(Setup(folder, [BROWSE])) as gofer,
        serving(gateway(gofer, NOVNC)) as site,
        visiting(site, tmp_path, scheme=scheme, width=width) as visit,
    ):
        page = visit.page
        ticket = await gofer.kernel.access.ticket(OWNER, "login", 60)
        await page.goto(f"{site}/login?ticket={ticket}")
        assert "optional" not in await page.locator('[data-name="goal"], [data-name="start_url"]').all_inner_texts()
        await page.get_by_label("Goal").fill("Find the cheapest kettle")
        await page.get_by_role("button", name="Start errand").click()
        wrong = page.locator('[data-name="start_url"] .wrong')
        await expect(wrong).to_have_text("Is needed where no playbook is named.")
        await expect(page.get_by_label("Start URL")).to_be_focused()
        await expect(page.locator("#ask-problem")).to_be_hidden()
        await visit.shoot(f"newcomer-{scheme}-{width}")
        visit.problems.clear()  # the browser reports the 422 itself
