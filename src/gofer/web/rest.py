"""REST: one route for each row of the table of operations."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from pydantic import TypeAdapter
from pydantic_core import from_json
from starlette.responses import JSONResponse, Response

from gofer.core.errors import Refused
from gofer.core.operation import Operation
from gofer.core.principal import Principal
from gofer.web.auth import caller
from gofer.web.calling import call
from gofer.web.gateway import Gateway
from gofer.web.standing import Standing

PREFIX = "/api/v1"

Stream = Callable[[Gateway, Principal, Request], Awaitable[Response]]
Serve = Callable[[Request], Awaitable[Response]]


def add_routes(app: FastAPI, gateway: Gateway, streams: Mapping[str, Stream], standing: Standing) -> None:
    """Serve every operation; those in `streams` also as server-sent events, to callers that accept them."""
    for operation in gateway.operations.values():
        serve = route(gateway, operation, streams.get(operation.name), standing)
        app.add_route(PREFIX + operation.path, serve, methods=[operation.method], name=operation.name)


def route(gateway: Gateway, operation: Operation, stream: Stream | None, standing: Standing) -> Serve:
    """The handler of one operation."""
    output = TypeAdapter[Any](operation.output)

    async def serve(request: Request) -> Response:
        who = await caller(gateway, request)
        gateway.access.require(who.principal, operation.scope)  # before anything the caller sent is read
        if stream is not None and wants_stream(request):
            return standing.bound(await stream(gateway, who.principal, request), who.secret)
        result = await call(gateway, who.principal, operation.name, await arguments(request, operation))
        return JSONResponse(output.dump_python(result, mode="json"), operation.status)

    return serve


def wants_stream(request: Request) -> bool:
    """Whether the caller asked for server-sent events; HEAD asks for no body, and these never end."""
    return request.method == "GET" and "text/event-stream" in request.headers.get("accept", "")


async def arguments(request: Request, operation: Operation) -> dict[str, object]:
    """What the caller sent, by field: the path's fields, and the query of a GET or the body of the rest."""
    sent = query(request) if operation.method == "GET" else await body(request)
    both = sent.keys() & request.path_params.keys()
    if both:
        field = sorted(both)[0]
        raise Refused(f"The field `{field}` is part of the address; send it only there.", code="ERR_INVALID_INPUT")
    return {**sent, **request.path_params}


def query(request: Request) -> dict[str, object]:
    """The query's fields; one given several times is refused."""
    pairs = request.query_params.multi_items()
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise Refused("A field of the query is given more than once.", code="ERR_INVALID_INPUT")
    return dict(fields)


async def body(request: Request) -> dict[str, object]:
    """The JSON object in the body; none is an empty one."""
    raw = await request.body()
    if not raw.strip():
        return {}
    require_json(request)
    try:
        fields = from_json(raw, allow_inf_nan=False)
    except ValueError as problem:
        raise Refused(f"The body is not JSON: {problem}.", code="ERR_INVALID_INPUT") from None
    if not isinstance(fields, dict):
        raise Refused("The body must be a JSON object.", code="ERR_INVALID_INPUT")
    return fields


def require_json(request: Request) -> None:
    """Raises `Refused` (ERR_NOT_JSON) for a body that says it is something else."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise Refused(f"A body of the type {kind[:100] or 'nothing'} is not taken.", code="ERR_NOT_JSON")
