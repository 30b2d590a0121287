"""Errands at the demo shop that a scripted model does, as any model would: it opens, fills, clicks, reads, answers."""

from collections.abc import Sequence
from typing import Any

from pydantic_ai.messages import ModelMessage, ModelResponse, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from gofer.core.playbook import Draft
from gofer.testing.fake_run import FakeRun

FIELDS = {"name": ".name", "price": ".price"}


CHANGED = {
    "shop": """<h1>Shop</h1><form action="/echo"><label>City <input name="city"></label>
    <button formaction="/echo">Find it</button></form>"""
}
STEPS = """playbook 2
name look-up
start "{address}/shop"
parameter city "which city"

open "{{start_url}}"

fill field "City" with "{{city}}"
  expect value "{{city}}"

click button "Go"
  tag "button"
  path "/html/body/form/button"
  expect url "*/echo?city={{city}}"
  expect text "{{city}}"

picture "end.png"
"""


class Typist:
    """A model that makes the calls of a script, one a turn, and counts how often it was asked."""

    def __init__(self, *calls: tuple[str, dict[str, Any]]) -> None:
        self.calls = calls
        self.asked = 0
        self.model = FunctionModel(self.turn)

    def turn(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        place = sum(isinstance(message, ModelResponse) for message in messages)
        self.asked += 1
        name, arguments = self.calls[place]
        return ModelResponse(parts=[ToolCallPart(name, arguments)])


def searching(address: str, words: str, rows: Sequence[dict[str, str]], pages: int = 1) -> Typist:
    """Search the shop, read every page, answer with what was read."""
    read = ("extract_table", {"each": ".card", "fields": FIELDS})
    turning = [call for _ in range(pages - 1) for call in (("click", {"element": 'link "Next page"'}), read)]
    return Typist(
        ("open_page", {"url": address}),
        ("fill", {"fields": {'searchbox "Search the shop"': words}}),
        ("click", {"element": 'button "Search"'}),
        read,
        *turning,
        ("final_result", {"text": f"Found {len(rows)}.", "rows": list(rows), "key": "name"}),
    )


async def kept(run: FakeRun, text: str) -> None:
    """A playbook of the asker's own."""
    from_hand = {"text": text, "why": "written", "name": "look-up"}
    await run.keep_playbook(Draft.model_validate(from_hand))
