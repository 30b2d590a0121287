"""Errors as callers meet them: one JSON shape for programs, one plain page for people, never a traceback."""

from collections.abc import Callable

import structlog
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match

from gofer.core.errors import Broken, GoferError, Refused

Render = Callable[[Request, GoferError], Response]
API = "/api/"


def install(app: FastAPI, page: Render) -> None:
    """Make every error of this app leave in our shape; `page` draws it for a browser."""

    async def refused(request: Request, problem: Exception) -> Response:
        return answer(request, as_gofer_error(request, problem), page)

    app.add_exception_handler(GoferError, refused)
    app.add_exception_handler(HTTPException, refused)


def answer(request: Request, problem: GoferError, page: Render) -> Response:
    """A page for somebody who opened an address in a browser, JSON for everybody else."""
    drawn = page(request, problem) if wants_page(request) else as_json(problem)
    drawn.headers.update(headers_of(problem))
    if problem.code == "ERR_WRONG_METHOD":
        drawn.headers["Allow"] = ", ".join(sorted(methods(request)))
    return drawn


def as_json(problem: GoferError) -> JSONResponse:
    """`{"error": {"code", "message", "next_step"}}` with the error's own status."""
    return JSONResponse({"error": problem.as_dict()}, problem.status, headers_of(problem))


def headers_of(problem: GoferError) -> dict[str, str]:
    """What HTTP wants to be said with some statuses."""
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else {}
    return headers if problem.retry_after is None else headers | {"Retry-After": str(problem.retry_after)}


def methods(request: Request) -> set[str]:
    """The methods that this address takes, over all its routes; a mounted folder is only read."""
    routes: list[BaseRoute] = request.app.router.routes
    matching = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return {method for route in matching for method in getattr(route, "methods", None) or ()} or {"GET", "HEAD"}


def wants_page(request: Request) -> bool:
    """Whether a person looks at this answer."""
    return not request.url.path.startswith(API) and "text/html" in request.headers.get("accept", "")


def as_gofer_error(request: Request, problem: Exception) -> GoferError:
    """The framework's own refusals (no such address, no such method) in our words."""
    if isinstance(problem, GoferError):
        return log_if_ours(request, problem)
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    if status == 405:
        return Refused(f"{request.url.path} does not take {request.method}.", code="ERR_WRONG_METHOD")
    return Refused(f"There is nothing at {request.url.path}.", code="ERR_NOT_FOUND")


def log_if_ours(request: Request, problem: GoferError) -> GoferError:
    """Our own faults go to the log with a trace; their text goes to nobody."""
    if not isinstance(problem, Broken):
        return problem
    structlog.get_logger("gofer.web").error("request broke", path=request.url.path, exc_info=problem)
    return unexpected()


def unexpected() -> Broken:
    """What a caller is told of our own fault."""
    return Broken("Something went wrong inside gofer; nothing of yours was lost.")
