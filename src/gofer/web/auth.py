"""Who is asking: a bearer token, a dashboard session's cookie, or the configured anonymous principal."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.responses import Response

from gofer.core.errors import Refused
from gofer.core.principal import Principal
from gofer.kernel.access import SESSION_SECONDS
from gofer.web.gateway import Gateway

COOKIE = "gofer_session"
SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Caller:
    """Who asks, and the secret that says so: what was opened with it closes when it is revoked. None is anonymous."""

    principal: Principal
    secret: str | None


async def identify(gateway: Gateway, connection: HTTPConnection) -> Principal:
    """Who asks; raises `Refused` (ERR_UNAUTHENTICATED, or ERR_FORBIDDEN for a page that is not ours)."""
    return (await caller(gateway, connection)).principal


async def caller(gateway: Gateway, connection: HTTPConnection) -> Caller:
    """Who asks and by which secret; raises like `identify`, and ERR_BUSY for an address that failed too often."""
    token = bearer(connection)
    if token is not None:
        return Caller(known(gateway, connection, await recognised(gateway, connection, token)), token)
    visitor = await session_of(gateway, connection)
    if visitor is not None:
        require_own_page(gateway, connection, certain=True)
        return Caller(visitor, connection.cookies[COOKIE])
    if gateway.anonymous is not None:
        require_own_page(gateway, connection, certain=False)
    return Caller(known(gateway, connection, gateway.anonymous), None)


async def recognised(gateway: Gateway, connection: HTTPConnection, secret: str) -> Principal | None:
    """Whose token or session this is; raises `Refused` (ERR_BUSY) instead of asking for an address that must wait."""
    gateway.strangers.let_try(connection, secret)
    principal = await gateway.access.authenticate(secret)
    if principal is not None:
        gateway.strangers.good(secret)
    return principal


async def session_of(gateway: Gateway, connection: HTTPConnection) -> Principal | None:
    """Whose dashboard session this browser has, if any."""
    secret = connection.cookies.get(COOKIE)
    return await recognised(gateway, connection, secret) if secret else None


def bearer(connection: HTTPConnection) -> str | None:
    """The token of the Authorization header; None when there is no such header."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def known(gateway: Gateway, connection: HTTPConnection, principal: Principal | None) -> Principal:
    """The principal; counts a failure of its address and raises `Refused` (ERR_UNAUTHENTICATED) when there is none."""
    if principal is None:
        gateway.strangers.failed(connection)
        raise Refused("This needs a valid token or a dashboard login.", code="ERR_UNAUTHENTICATED")
    return principal


def require_own_page(gateway: Gateway, connection: HTTPConnection, *, certain: bool) -> None:
    """Raises `Refused` when another site's page makes this browser change something here.

    A cookie travels by itself, so with one the request must prove where it comes from (`certain`).
    """
    if connection.scope.get("method", "GET") in SAFE:
        return
    own = from_own_page(gateway, connection)
    if own is False or (certain and own is None):
        raise foreign_page()


def from_own_page(gateway: Gateway, connection: HTTPConnection) -> bool | None:
    """Whether a page of ours sent this; None when the sender does not say, as programs do not."""
    origin = connection.headers.get("origin")
    if origin is not None:
        return origin in gateway.origins or is_same_host(origin, connection.headers.get("host", ""))
    site = connection.headers.get("sec-fetch-site")
    return None if site is None else site == "same-origin"


def is_same_host(origin: str, host: str) -> bool:
    """Whether a web origin is the host that the request names."""
    scheme, separator, place = origin.partition("://")
    return bool(separator) and scheme in ("http", "https") and place == host != ""


def foreign_page() -> Refused:
    """Says how another page may be let in."""
    return Refused(
        "This came from a page of another site.",
        code="ERR_FORBIDDEN",
        next_step="Use gofer's own page, or add the page's origin to `server.origins` in gofer.toml.",
    )


async def start_session(gateway: Gateway, principal: Principal, connection: HTTPConnection, to: Response) -> None:
    """Log a browser in: a cookie that scripts cannot read and other sites cannot send."""
    secret = await gateway.access.session(principal)
    to.set_cookie(
        COOKIE,
        secret,
        max_age=int(SESSION_SECONDS),
        path="/",
        secure=connection.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


async def end_session(gateway: Gateway, connection: HTTPConnection, to: Response) -> None:
    """Log a browser out, here and in the store."""
    secret = connection.cookies.get(COOKIE)
    if secret:
        await gateway.access.end_session(secret)
    to.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
