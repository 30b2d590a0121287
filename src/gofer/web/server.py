"""create_app: every web face of one gofer, as one ASGI app."""

from functools import cache
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from gofer import __version__
from gofer.web import artifacts, faults, health, live, openapi, rest, stream
from gofer.web.dashboard import Dashboard, missing_novnc
from gofer.web.gateway import Gateway
from gofer.web.guard import Guard
from gofer.web.login import Door
from gofer.web.shelf import Shelf
from gofer.web.standing import Standing
from gofer.web.templates import HERE, Pages

STREAMS: dict[str, rest.Stream] = {"run.events": stream.run_events, "run.list": stream.run_changes}

UVICORN: dict[str, Any] = {
    "ws_max_size": live.FRAME_BYTES,
    "ws_max_queue": 4,
    "ws_per_message_deflate": False,
    "server_header": False,
    "timeout_graceful_shutdown": 1,
}
"""How uvicorn must run this app: `uvicorn.Config(app, **UVICORN)`. Frames are bounded before we see them, a
viewer that takes nothing holds back its desktop, and streams that never end do not hold up a stop."""


def create_app(gateway: Gateway) -> FastAPI:
    """REST, server-sent events, pages, live desktops and artifacts of this gateway."""
    pages = Pages()
    standing = Standing(gateway.access)
    dashboard = Dashboard(gateway, pages)
    app = FastAPI(
        title="gofer", version=__version__, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    app.add_middleware(Guard, origins=gateway.origins)
    faults.install(app, dashboard.fault)
    rest.add_routes(app, gateway, STREAMS, standing)
    Door(gateway, pages).add_routes(app)
    live.add_routes(app, gateway, standing)
    artifacts.add_routes(app, gateway)
    health.add_routes(app, gateway)
    dashboard.add_routes(app)
    Shelf(gateway, pages).add_routes(app)
    add_files(app, gateway)
    add_document(app, gateway)
    return app


def add_files(app: FastAPI, gateway: Gateway) -> None:
    """Our own styles and scripts, and the parts of noVNC that a page needs."""
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    for part in ("core", "vendor"):
        folder = gateway.novnc / part
        if folder.is_dir():
            app.mount(f"/novnc/{part}", StaticFiles(directory=folder, follow_symlink=True))

    async def absent(request: Request) -> Response:
        raise missing_novnc()

    if not (gateway.novnc / "core").is_dir():
        app.add_route("/novnc/{path:path}", absent, methods=["GET"])


def add_document(app: FastAPI, gateway: Gateway) -> None:
    """/openapi.json, drawn from the table."""

    @cache
    def document() -> openapi.Json:
        besides = {**health.PATHS, **artifacts.PATHS, **live.PATHS}
        return openapi.document(gateway.operations.values(), __version__, rest.PREFIX, besides, STREAMS)

    async def serve(request: Request) -> Response:
        return JSONResponse(document())

    app.add_route("/openapi.json", serve, methods=["GET"])
