"""What every request passes first: the Host it names, the size of its body, and the headers of its answer."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gofer.core.errors import GoferError, Refused
from gofer.web.faults import as_json, unexpected

BODY_BYTES = 1024 * 1024
"""The largest request body read; every operation's input is far below it."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Guard:
    """ASGI middleware around the whole app."""

    app: ASGIApp
    origins: tuple[str, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a Host that is not ours, else pass on with a bounded body and our headers."""
        if scope["type"] == "websocket" and not self.knows_host(scope):
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http":
            await self.http(scope, receive, Headed(send))
        else:
            await self.app(scope, receive, send)

    async def http(self, scope: Scope, receive: Receive, send: "Headed") -> None:
        """Serve one HTTP request; whatever nobody caught becomes ERR_BROKEN and a line in the log."""
        try:
            if not self.knows_host(scope):
                raise unknown_host(scope)
            refuse_large(scope)
            await self.app(scope, Bounded(receive), send)
        except GoferError as refusal:
            await as_json(refusal)(scope, receive, send)
        except Exception:
            structlog.get_logger("gofer.web").exception("request broke", path=scope["path"])
            if not send.started:
                await as_json(unexpected())(scope, receive, send)

    def knows_host(self, scope: Scope) -> bool:
        """On loopback only our own names are served, so that a page whose name was re-pointed here gets nothing."""
        bound = scope.get("server") or ("", None)
        if bound[0] not in LOOPBACK:
            return True
        named = hostname(Headers(scope=scope).get("host", ""))
        return named in LOOPBACK or named in {urlsplit(origin).hostname for origin in self.origins}


class Headed:
    """Adds our headers to an answer, where the route did not set its own."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        """Pass one message on."""
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self.send(message)


class Bounded:
    """Reads a body up to BODY_BYTES, then refuses."""

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self.seen = 0

    async def __call__(self) -> Message:
        """The next piece of the body."""
        message = await self.receive()
        self.seen += len(message.get("body", b""))
        if self.seen > BODY_BYTES:
            raise too_large()
        return message


def refuse_large(scope: Scope) -> None:
    """Raises `Refused` (ERR_TOO_LARGE) for a body that says itself how large it is, before any of it is read."""
    said = Headers(scope=scope).get("content-length", "")
    if said.isascii() and said.isdigit() and int(said[:20]) > BODY_BYTES:
        raise too_large()


def too_large() -> Refused:
    """Says how much may be sent."""
    return Refused(f"The request's body is larger than {BODY_BYTES:,} bytes.", code="ERR_TOO_LARGE")


def hostname(host: str) -> str | None:
    """The name in a Host header, without its port; None when it is malformed."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def unknown_host(scope: Scope) -> Refused:
    """Says how to be served under another name."""
    named = Headers(scope=scope).get("host", "")
    return Refused(
        f"This gofer does not answer to the name {named[:200]!r}.",
        code="ERR_FORBIDDEN",
        next_step="Open it as 127.0.0.1 or localhost, or add its address to `server.origins` in gofer.toml.",
    )
