"""Small applications that these tests add to gofer by entry points, as another package would."""

import asyncio

from pydantic import BaseModel, ConfigDict

from gofer.core.application import Application, RunContext
from gofer.core.errors import Refused
from gofer.core.question import Question


class Greeting(BaseModel):
    """Whom to greet, and how often."""

    model_config = ConfigDict(extra="forbid")

    name: str
    times: int = 1
    facts: dict[str, str] = {}


class Nothing(BaseModel):
    """No input."""

    model_config = ConfigDict(extra="forbid")


async def greet(run: RunContext, asked: Greeting) -> dict[str, str]:
    """Says what it was asked to say."""
    await run.say("greeting \x1b[31mnow")
    return {"text": " ".join([f"Hello, {asked.name}!"] * asked.times), **asked.facts}


async def choose(run: RunContext, asked: Nothing) -> str:
    """Asks, and gives the answer back."""
    return await run.ask(Question(text="Tea or coffee?", choices=("tea", "coffee")))


async def give_up(run: RunContext, asked: Nothing) -> str:
    """Never succeeds."""
    raise Refused("There is nothing to be done.", next_step="Ask for something else.")


async def linger(run: RunContext, asked: Nothing) -> None:
    """Works for longer than any test."""
    await run.say("at work")
    await run.step(_work)


async def cling(run: RunContext, asked: Nothing) -> None:
    """Works on when it is told to stop."""
    await run.say("at work")
    try:
        await run.step(_work)
    finally:
        await _work()


async def _work() -> None:
    await asyncio.sleep(60)


GREET = Application("greet", "Greets somebody.", Greeting, greet)
CHOOSE = Application("choose", "Asks what you like.", Nothing, choose)
GIVE_UP = Application("give_up", "Fails.", Nothing, give_up)
LINGER = Application("linger", "Takes its time.", Nothing, linger)
CLING = Application("cling", "Does not let go.", Nothing, cling)
