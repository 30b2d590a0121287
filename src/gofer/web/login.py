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


class Door:
    """Login by ticket, login by form, and logout."""

    def __init__(self, gateway: Gateway, pages: Pages) -> None:
        self.gateway = gateway
        self.pages = pages

    def add_routes(self, app: FastAPI) -> None:
        """Serve them."""
        app.add_route("/login", self.enter, methods=["GET"])
        app.add_route("/login", self.submit, methods=["POST"])
        app.add_route("/logout", self.leave, methods=["POST"])

    async def enter(self, request: Request) -> Response:
        """Use a ticket up, or show the form. HEAD, which link previews send, uses up nothing."""
        ticket = request.query_params.get("ticket")
        if ticket is None or request.method == "HEAD":
            return self.pages.render("login.html", problem=None)
        self.gateway.strangers.let_try(request, ticket)
        return await self.admit(request, await self.gateway.access.redeem(ticket, PURPOSE))

    async def submit(self, request: Request) -> Response:
        """The form's ticket or token."""
        self.require_own_form(request)
        fields = parse_qs((await request.body()).decode("utf-8", "replace"))
        secret = fields.get("secret", [""])[0].strip()
        self.gateway.strangers.let_try(request, secret)
        access = self.gateway.access
        return await self.admit(request, await access.redeem(secret, PURPOSE) or await access.authenticate(secret))

    async def admit(self, request: Request, principal: Principal | None) -> Response:
        """Start the session of whoever it is."""
        if principal is None:
            self.gateway.strangers.failed(request)
            return self.pages.render("login.html", 401, problem=USED)
        answer = self.welcome(request)
        await auth.start_session(self.gateway, principal, request, answer)
        return answer

    def welcome(self, request: Request) -> Response:
        """On to the dashboard; from another site's link by way of our own page, or the strict cookie stays behind."""
        if request.headers.get("sec-fetch-site") == "cross-site":
            return self.pages.render("welcome.html")
        return RedirectResponse("/", 303)

    async def leave(self, request: Request) -> Response:
        """End the session."""
        self.require_own_form(request)
        answer = RedirectResponse("/login", 303)
        await auth.end_session(self.gateway, request, answer)
        return answer

    def require_own_form(self, request: Request) -> None:
        """Nobody is logged in or out by another site's page."""
        if auth.from_own_page(self.gateway, request) is not True:
            raise auth.foreign_page()
