"""The pages for people: the list of runs, and one run as it happens."""

from typing import Any

from fastapi import FastAPI, Request
from pydantic import TypeAdapter
from starlette.responses import RedirectResponse, Response

from gofer.core.errors import GoferError, Refused
from gofer.core.principal import Principal
from gofer.core.run import Run, Status
from gofer.web.auth import identify
from gofer.web.calling import call
from gofer.web.forms import forms
from gofer.web.gateway import Gateway
from gofer.web.templates import Pages

PAGE_SIZE = 50
FILTERS = ("status", "app")


class Dashboard:
    """Draws the pages for one gateway."""

    def __init__(self, gateway: Gateway, pages: Pages) -> None:
        self.gateway = gateway
        self.pages = pages
        self.forms = forms(gateway.applications.values())

    def add_routes(self, app: FastAPI) -> None:
        """Serve the pages."""
        app.add_route("/", self.runs, methods=["GET"])
        app.add_route("/runs/{id}", self.run, methods=["GET"])

    async def runs(self, request: Request) -> Response:
        """The list, newest first."""
        principal = await identify(self.gateway, request)
        chosen = {name: value for name in FILTERS if (value := request.query_params.get(name))}
        listed = await call(self.gateway, principal, "run.list", {"limit": PAGE_SIZE, **chosen})
        data = as_json(listed) | {"filter": chosen, "demo": as_json(self.gateway.demo)} | self.common(principal)
        shown: dict[str, Any] = {"statuses": list(Status), "chosen": chosen, "forms": self.forms}
        return self.pages.render("runs.html", data=data, me=principal.id, may=data["may"], **shown)

    async def run(self, request: Request) -> Response:
        """One run."""
        principal = await identify(self.gateway, request)
        run: Run = await call(self.gateway, principal, "run.show", {"id": request.path_params["id"]})
        data = {"run": as_json(run), "desktop": self.desktop(run)} | self.common(principal)
        form = next((form for form in self.forms if form.app == run.app), None)
        return self.pages.render("run.html", data=data, me=principal.id, may=data["may"], form=form)

    def common(self, principal: Principal) -> dict[str, Any]:
        """What every page's script knows."""
        return {"me": principal.id, "may": may(self.gateway, principal), "words": self.words()}

    def words(self) -> dict[str, Any]:
        """Each application's own words for a status, where it has some."""
        return {name: as_json(app.words) for name, app in self.gateway.applications.items() if app.words}

    def desktop(self, run: Run) -> dict[str, bool]:
        """Whether there is a desktop to see now, and whether this host can show it."""
        installed = (self.gateway.novnc / "core" / "rfb.js").is_file()
        return {"watchable": self.gateway.desktops.watchable(run.id), "installed": installed}

    def fault(self, request: Request, problem: GoferError) -> Response:
        """An error as a page; who is not logged in is shown the door."""
        if problem.status == 401 and request.method == "GET":
            return RedirectResponse("/login", 303)
        return self.pages.render("error.html", problem.status, problem=problem)


def may(gateway: Gateway, principal: Principal) -> list[str]:
    """The operations that this principal may ask for: pages offer nothing else."""
    return [name for name, operation in gateway.operations.items() if principal.may(operation.scope)]


def as_json(value: object) -> Any:
    """What JSON makes of it."""
    return TypeAdapter(Any).dump_python(value, mode="json")


def missing_novnc() -> Refused:
    """Says what to install."""
    return Refused(
        "The live desktop's viewer (noVNC) is not installed on this machine.",
        code="ERR_NOT_FOUND",
        next_step="Install the package novnc, with `make setup` or `apt install novnc`.",
    )
