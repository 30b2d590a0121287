"""One message in, streamed text out, with a sandbox to work in."""

from gofer.apps.chat.types import ChatInput, Talk, Turn
from gofer.core.application import RunContext
from gofer.core.errors import Refused
from gofer.core.sandbox import SandboxSpec
from gofer.tools.files import file_tools
from gofer.tools.lasting import lasting
from gofer.tools.prompts import prompt
from gofer.tools.shell import shell_tools

REMEMBERED = 24_000
"""Characters of earlier talk that a message is answered with."""


async def chat(run: RunContext, asked: ChatInput) -> str:
    """The answer to a message, knowing what was said in its session."""
    if not await run.has_model():
        raise Refused("Nobody is here to answer: no model is configured.", code="ERR_NO_MODEL")
    key = f"session:{asked.session}"
    talk = (await run.recall(key, Talk) if asked.session else None) or Talk()
    async with run.sandbox(SandboxSpec()) as box:
        tools = [lasting(run, box, shell_tools(box), file_tools(box))]
        answer = await run.agent(_prompt(talk, asked), tools=tools, instructions=prompt("gofer.apps.chat", "chat"))
    if asked.session:
        await run.remember(key, _bounded([*talk.turns, Turn(message=asked.message, answer=answer)]))
    return answer


def _prompt(talk: Talk, asked: ChatInput) -> str:
    said = "\n\n".join(f"User: {turn.message}\nYou: {turn.answer}" for turn in talk.turns)
    return f"Earlier in this talk:\n\n{said}\n\nNow:\n\n{asked.message}" if said else asked.message


def _bounded(turns: list[Turn]) -> Talk:
    """The newest turns that fit; a turn that is longer than all the room is forgotten with those before it."""
    room, kept = REMEMBERED, list[Turn]()
    for turn in reversed(turns):
        room -= len(turn.message) + len(turn.answer)
        if room < 0:
            break
        kept.insert(0, turn)
    return Talk(turns=kept)
