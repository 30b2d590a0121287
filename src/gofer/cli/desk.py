"""What `gofer ticket` asks of a gofer that serves: a way into its dashboard. Wrapped around the web faces."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from gofer.core.principal import EVERYTHING, Principal
from gofer.web.gateway import Gateway

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Face = Callable[[Any, Receive, Send], Awaitable[None]]

PATH = "/api/v1/tickets"
TICKET_SECONDS = 15 * 60.0
JSON = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


class Desk:
    """ASGI middleware: sells login tickets to tokens that may do everything, and passes the rest on."""

    def __init__(self, face: Face, gateway: Gateway, url: str) -> None:
        self._face, self._gateway, self._url = face, gateway, url

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and (scope["method"], scope["path"]) == ("POST", PATH):
            await self._sell(scope, send)
        else:
            await self._face(scope, receive, send)

    async def address(self, principal: Principal) -> str:
        """The dashboard's address with a ticket of this principal's."""
        ticket = await self._gateway.access.ticket(principal, "login", TICKET_SECONDS)
        return f"{self._url}/login?ticket={ticket}"

    async def _sell(self, scope: Message, send: Send) -> None:
        given = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1").removeprefix("Bearer ")
        principal = await self._gateway.access.authenticate(given)
        if principal is None or not principal.may(EVERYTHING):
            refusal = {"code": "ERR_FORBIDDEN", "message": "Tickets are for the owner.", "next_step": "Log in first."}
            await _answer(send, 403, {"error": refusal})
        else:
            await _answer(send, 201, {"url": await self.address(principal)})


async def _answer(send: Send, status: int, body: Message) -> None:
    await send({"type": "http.response.start", "status": status, "headers": JSON})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
