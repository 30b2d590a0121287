"""Every part that has a name, and where it lives. Others' parts come by the entry point group `gofer.parts`."""

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from gofer.core.application import Application
from gofer.core.errors import Refused

APPLICATIONS: Mapping[str, str] = {
    "browse": "gofer.apps.browse:APPLICATION",
    "chat": "gofer.apps.chat:APPLICATION",
}

SANDBOXES: Mapping[str, str] = {
    "local": "gofer.sandboxes.local:LocalSandboxes",
}

GROUP = "gofer.parts"
"""Entry points `application.NAME` and `sandbox.NAME` of installed packages are added to the tables above."""


def load(where: str) -> Any:
    """What `module:name` says; raises `Refused` (ERR_MISSING_EXTRA) when its package is not installed."""
    module, _, name = where.partition(":")
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        message = f"{where} needs the package {error.name}, which is not installed."
        raise Refused(message, code="ERR_MISSING_EXTRA") from error


def applications() -> dict[str, Application]:
    """Every application by name."""
    return {name: load(where) for name, where in {**APPLICATIONS, **_others("application")}.items()}


def sandbox_provider(name: str) -> Any:
    """The provider's class."""
    known = {**SANDBOXES, **_others("sandbox")}
    if name not in known:
        raise Refused(f"There is no sandbox provider {name!r}; there are {', '.join(known)}.", code="ERR_SETTINGS")
    return load(known[name])


def _others(kind: str) -> dict[str, str]:
    found = entry_points(group=GROUP)
    return {point.name.partition(".")[2]: point.value for point in found if point.name.startswith(f"{kind}.")}
