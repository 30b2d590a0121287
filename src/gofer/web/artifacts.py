"""/artifacts/{id}: the files that runs hand over, served so that none of them can act as a page of ours."""

import re
from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.responses import Response, StreamingResponse

from gofer.core.artifact import Artifact
from gofer.web.auth import identify
from gofer.web.gateway import Gateway
from gofer.web.openapi import PATH_ID, answer, beside

SCOPE = "runs:read"
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "text/csv", "application/json"})
"""Shown in the browser; everything else, HTML, SVG and PDF above all, is only ever downloaded."""

MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*", re.ASCII)

BYTES = {"type": "string", "format": "binary"}
DOWNLOAD = {"in": "query", "name": "download", "required": False, "schema": {"type": "string"}}
GIVEN = {
    "200": answer("The file, with its own type and size.", "*/*", BYTES),
    "304": {"description": "It is the one that `If-None-Match` names."},
}
PATHS = {
    "/artifacts/{id}": {
        "get": beside("artifact.read", "A file that a run handed over.", GIVEN, scope=SCOPE, takes=[PATH_ID, DOWNLOAD])
    }
}


def add_routes(app: FastAPI, gateway: Gateway) -> None:
    """Serve artifacts to those who may see their run."""

    async def serve(request: Request) -> Response:
        principal = await identify(gateway, request)
        gateway.access.require(principal, SCOPE)
        artifact = await gateway.files.find(principal, request.path_params["id"])
        headers = headers_of(artifact, download="download" in request.query_params)
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers={"ETag": headers["ETag"]})
        if request.method == "HEAD":
            return Response(headers=headers)
        return StreamingResponse(gateway.files.read(artifact), headers=headers)

    app.add_route("/artifacts/{id}", serve, methods=["GET"])


def headers_of(artifact: Artifact, *, download: bool) -> dict[str, str]:
    """Type, size and a disposition that is safe for what the file is."""
    kind = media_type(artifact)
    shown = kind in SHOWN and not download
    return {
        "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        "Content-Length": str(artifact.size),
        "Content-Disposition": disposition("inline" if shown else "attachment", artifact.name),
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "Cache-Control": "private, max-age=3600",
        "ETag": f'"{artifact.sha256}"',
    }


def media_type(artifact: Artifact) -> str:
    """The type without its parameters; anything odd is just bytes."""
    kind = artifact.media_type.partition(";")[0].strip().lower()
    return kind if MEDIA_TYPE.fullmatch(kind) else "application/octet-stream"


def disposition(how: str, name: str) -> str:
    """The file's name for every browser, with nothing in it that could end the header or leave a folder."""
    last = name.replace("\\", "/").rpartition("/")[2] or "file"
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", last)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(last, safe='')}"
