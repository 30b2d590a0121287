"""Where each operation is reached over HTTP."""

from typing import Any
from urllib.parse import quote

from gofer.core.errors import Refused

ADDRESSES: dict[str, tuple[str, str]] = {
    "run.start": ("POST", "/runs"),
    "run.list": ("GET", "/runs"),
    "run.show": ("GET", "/runs/{id}"),
    "run.events": ("GET", "/runs/{id}/events"),
    "run.cancel": ("POST", "/runs/{id}/cancel"),
    "run.retry": ("POST", "/runs/{id}/retry"),
    "run.answer": ("POST", "/runs/{id}/answers"),
    "run.control": ("POST", "/runs/{id}/control"),
    "run.artifacts": ("GET", "/runs/{id}/artifacts"),
    "playbook.list": ("GET", "/playbooks"),
    "playbook.show": ("GET", "/playbooks/{name}"),
    "playbook.save": ("POST", "/playbooks/{name}"),
    "playbook.rename": ("POST", "/playbooks/{name}/rename"),
    "playbook.delete": ("POST", "/playbooks/{name}/delete"),
    "run.metrics": ("GET", "/runs/{id}/metrics"),
    "session.list": ("GET", "/sessions"),
    "session.delete": ("POST", "/sessions/{profile}/delete"),
    "system.totals": ("GET", "/totals"),
    "token.create": ("POST", "/tokens"),
    "token.revoke": ("POST", "/tokens/{name}/revoke"),
    "ticket.create": ("POST", "/tickets"),
    "system.status": ("GET", "/system"),
}
"""Each operation's address, as its row in the table says. A copy, because loading the table takes a second; a
test compares them."""

NONE = {"run": "There is no run {!r}.", "session": "There is no saved session {!r}."}
"""What is said of a name that nothing can have, by the operation's noun."""


def address(operation: str, fields: dict[str, Any]) -> tuple[str, str]:
    """The operation's method and path, with those fields in it that belong there; they are taken out of the others.

    Raises `Refused` for a name that would lead to another address.
    """
    method, path = ADDRESSES[operation]
    for name in [name for name in fields if f"{{{name}}}" in path]:
        path = path.replace(f"{{{name}}}", _part(operation.partition(".")[0], str(fields.pop(name))))
    return method, path


def _part(noun: str, name: str) -> str:
    if noun == "session" and "/" in name:
        message = f"The profile {name!r} has a “/” in its name, which no address can carry."
        raise Refused(message, next_step="Stop gofer and say it again: without a server the command needs no address.")
    if name in ("", ".", "..") or "/" in name:
        message = NONE.get(noun, f"There is no {noun} {{!r}}.").format(name)
        raise Refused(message, code="ERR_UNKNOWN_RUN" if noun == "run" else "ERR_NOT_FOUND")
    return quote(name, safe="")
