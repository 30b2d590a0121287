"""The dashboard's door: a single-use ticket (or a token, typed in) becomes a session; leaving ends it."""

from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from gofer.core.principal import Principal
from gofer.web import auth
from gofer.web.gateway import Gateway
from gofer.web.templates import Pages

PURPOSE = "login"
USED = "This ticket was used already, or its time is over."


def add_routes(app: FastAPI, gateway: Gateway, pages: Pages) -> None:
    """Serve login by ticket, login by form, and logout."""

    async def enter(request: Request) -> Response:
        ticket = request.query_params.get("ticket")
        if ticket is None or request.method == "HEAD":
            return pages.render("login.html", problem=None)
        return await admit(request, await gateway.access.redeem(ticket, PURPOSE))

    async def submit(request: Request) -> Response:
        if auth.from_own_page(gateway, request) is not True:
            raise auth.foreign_page()
        fields = parse_qs((await request.body()).decode("utf-8", "replace"))
        secret = fields.get("secret", [""])[0].strip()
        known = await gateway.access.redeem(secret, PURPOSE) or await gateway.access.authenticate(secret)
        return await admit(request, known)

    async def admit(request: Request, principal: Principal | None) -> Response:
        if principal is None:
            return pages.render("login.html", 401, problem=USED)
        answer = welcome(request, pages)
        await auth.start_session(gateway, principal, request, answer)
        return answer

    async def leave(request: Request) -> Response:
        if auth.from_own_page(gateway, request) is not True:
            raise auth.foreign_page()
        answer = RedirectResponse("/login", 303)
        await auth.end_session(gateway, request, answer)
        return answer

    app.add_route("/login", enter, methods=["GET"])
    app.add_route("/login", submit, methods=["POST"])
    app.add_route("/logout", leave, methods=["POST"])


def welcome(request: Request, pages: Pages) -> Response:
    """On to the dashboard; from another site's link by way of a page of ours, else the strict cookie stays behind."""
    if request.headers.get("sec-fetch-site") == "cross-site":
        return pages.render("welcome.html")
    return RedirectResponse("/", 303)
