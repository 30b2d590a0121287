"""An application's prompts: plain text files in its folder `prompts`, beside its flow."""

from functools import cache
from importlib import resources


@cache
def prompt(package: str, name: str) -> str:
    """The text of `prompts/NAME.md` of an application's package."""
    return (resources.files(package) / "prompts" / f"{name}.md").read_text(encoding="utf-8").strip()
