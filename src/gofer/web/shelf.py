"""The pages of what is kept from errand to errand: playbooks to review, change and run, and saved sessions."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from gofer.core.errors import Refused
from gofer.core.principal import Principal
from gofer.web.auth import identify
from gofer.web.calling import call
from gofer.web.dashboard import as_json, may
from gofer.web.gateway import Gateway
from gofer.web.templates import Pages


class Shelf:
    """Draws these pages for one gateway."""

    def __init__(self, gateway: Gateway, pages: Pages) -> None:
        self.gateway = gateway
        self.pages = pages

    def add_routes(self, app: FastAPI) -> None:
        """Serve them."""
        app.add_route("/playbooks", self.playbooks, methods=["GET"])
        app.add_route("/playbooks/{name}", self.playbook, methods=["GET"])
        app.add_route("/sessions", self.sessions, methods=["GET"])

    async def playbooks(self, request: Request) -> Response:
        """Every playbook in reach."""
        principal = await identify(self.gateway, request)
        found = await call(self.gateway, principal, "playbook.list", {})
        return self.draw("playbooks.html", principal, {"playbooks": as_json(found)})

    async def playbook(self, request: Request) -> Response:
        """One playbook, as it stands or as it stood at `?version=`."""
        principal = await identify(self.gateway, request)
        asked = wanted(request.query_params)
        shown = await call(self.gateway, principal, "playbook.show", {"name": request.path_params["name"], **asked})
        data = {"playbook": as_json(shown), "takes": self.takes(shown.app)}
        return self.draw("playbook.html", principal, data, title=shown.name)

    def takes(self, app: str) -> list[str]:
        """The fields of an application's input."""
        application = self.gateway.applications.get(app)
        return list(application.input.model_fields) if application else []

    async def sessions(self, request: Request) -> Response:
        """The saved sessions, without what is in them."""
        principal = await identify(self.gateway, request)
        found = await call(self.gateway, principal, "session.list", {})
        return self.draw("sessions.html", principal, {"sessions": as_json(found)})

    def draw(self, page: str, principal: Principal, data: dict[str, Any], **shown: Any) -> Response:
        """One page with what its script knows."""
        known: dict[str, Any] = {"me": principal.id, "may": may(self.gateway, principal)}
        return self.pages.render(page, data=known | data, **known, **shown)


def wanted(query: Mapping[str, str]) -> dict[str, object]:
    """Whose playbook, and which version of it; raises `Refused` for a version that is no number."""
    asked: dict[str, object] = {name: query[name] for name in ("version", "principal") if name in query}
    if not str(asked.get("version", "1")).isdecimal():
        raise Refused("The version of a playbook is a number.", code="ERR_INVALID_INPUT")
    return asked
