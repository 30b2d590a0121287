"""The browser as an agent's tools: one per verb, each telling what changed, fenced as a stranger's words."""

from pydantic_ai.toolsets import FunctionToolset

from gofer.core.application import UNSAID, RunContext
from gofer.core.browser import Browser
from gofer.tools.acting import Acting
from gofer.tools.carrying import Carrying
from gofer.tools.going import Going
from gofer.tools.telling import Teller

TYPED = {"fill": ("fields",), "keys": ("text", "key")}
"""Arguments by which secrets are typed; what was typed elsewhere is told in the action's own event."""

PATIENCE = 8
"""Failed calls of one tool in a row after which the agent is given up."""


def browser_tools(run: RunContext, browser: Browser) -> FunctionToolset[None]:
    """Tools to go, look, act and read; each tells the run what it did."""
    teller = Teller(run, browser)
    go, hand, carry = Going(teller), Acting(teller), Carrying(teller)
    tools: FunctionToolset[None] = FunctionToolset(id="browser", max_retries=PATIENCE, sequential=True)
    going = (go.open_page, go.look, go.scroll, go.wait, go.tab)
    acting = (hand.click, hand.fill, hand.keys, hand.select, hand.check, hand.drag, hand.click_at)
    carrying = (carry.upload, carry.download, carry.read, carry.extract_table, carry.screenshot)
    for tool in (*going, *acting, *carrying):
        tools.add_function(tool, metadata={UNSAID: TYPED.get(tool.__name__, ())})
    return tools
