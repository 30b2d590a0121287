"""Talk to an agent that has a sandbox; the smallest application, to copy from."""

from gofer.apps.chat.flow import chat
from gofer.apps.chat.types import ChatInput
from gofer.core.application import Application

APPLICATION = Application(
    name="chat",
    summary="Talk to an agent that has a shell and files in a sandbox of its own.",
    input=ChatInput,
    flow=chat,
    limit_key=lambda asked: asked.session and f"talk {asked.session}",
)
