"""/health for whoever watches the machine, /metrics for Prometheus."""

from fastapi import FastAPI, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import TypeAdapter
from starlette.responses import JSONResponse, Response

from gofer.core.principal import Principal
from gofer.web.auth import identify
from gofer.web.calling import call
from gofer.web.gateway import Gateway

SCOPE = "system:read"
ITSELF = Principal(id="gateway", scopes=frozenset({SCOPE}))
"""Who asks for the little that /health tells everybody."""

PUBLIC = ("status", "version", "sandbox_ready", "active_runs", "stuck_runs")


def add_routes(app: FastAPI, gateway: Gateway) -> None:
    """Serve both."""

    async def health(request: Request) -> Response:
        status = await call(gateway, ITSELF, "system.status", {})
        told = TypeAdapter(type(status)).dump_python(status, mode="json")
        return JSONResponse({name: told[name] for name in PUBLIC}, 503 if told["status"] == "down" else 200)

    async def metrics(request: Request) -> Response:
        gateway.access.require(await identify(gateway, request), SCOPE)
        return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.add_route("/health", health, methods=["GET"])
    app.add_route("/metrics", metrics, methods=["GET"])
