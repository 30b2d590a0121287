"""/health for whoever watches the machine, /metrics for Prometheus."""

from importlib import import_module
from typing import Any

from fastapi import FastAPI, Request
from pydantic import TypeAdapter
from starlette.responses import JSONResponse, Response

from gofer.core.errors import Unavailable
from gofer.core.principal import Principal
from gofer.web.auth import identify
from gofer.web.calling import call
from gofer.web.gateway import Gateway
from gofer.web.openapi import answer, beside

SCOPE = "system:read"
ITSELF = Principal(id="gateway", scopes=frozenset({SCOPE}))
"""Who asks for the little that /health tells everybody."""

PUBLIC = ("status", "version", "sandbox_ready", "active_runs", "stuck_runs")

HEALTH = {
    "type": "object",
    "required": list(PUBLIC),
    "additionalProperties": False,
    "properties": {
        "status": {"enum": ["ok", "degraded", "down"]},
        "version": {"type": "string"},
        "sandbox_ready": {"type": "boolean"},
        "active_runs": {"type": "integer"},
        "stuck_runs": {"type": "integer"},
    },
}
TOLD = {
    "200": answer("Up; `status` says how well.", "application/json", HEALTH),
    "503": answer("Down.", "application/json", HEALTH),
}
PATHS = {
    "/health": {"get": beside("system.health", "Whether gofer is up.", TOLD, scope=None)},
    "/metrics": {
        "get": beside(
            "system.metrics",
            "Numbers for Prometheus.",
            {"200": answer("Prometheus' text format.", "text/plain", {"type": "string"})},
            scope=SCOPE,
        )
    },
}


def add_routes(app: FastAPI, gateway: Gateway) -> None:
    """Serve both."""

    async def health(request: Request) -> Response:
        told = await status(gateway)
        return JSONResponse({name: told[name] for name in PUBLIC}, 503 if told["status"] == "down" else 200)

    async def metrics(request: Request) -> Response:
        gateway.access.require(await identify(gateway, request), SCOPE)
        numbers = import_module("gofer.web.numbers")  # many a gofer is never asked for them
        told = await status(gateway)
        text = numbers.text(told, {} if told["status"] == "down" else await totals(gateway))
        return Response(text, headers={"Content-Type": numbers.CONTENT_TYPE})

    app.add_route("/health", health, methods=["GET"])
    app.add_route("/metrics", metrics, methods=["GET"])


async def status(gateway: Gateway) -> dict[str, Any]:
    """`system.status`, as gofer itself sees it."""
    told = await call(gateway, ITSELF, "system.status", {})
    return dict(TypeAdapter(type(told)).dump_python(told, mode="json"))


async def totals(gateway: Gateway) -> dict[str, Any]:
    """`system.totals`, as gofer itself sees it; nothing while the database does not answer."""
    try:
        told = await call(gateway, ITSELF, "system.totals", {})
    except Unavailable:
        return {}
    return dict(TypeAdapter(type(told)).dump_python(told, mode="json"))
