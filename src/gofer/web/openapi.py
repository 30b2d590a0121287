"""/openapi.json: the table of operations as other programs read it, with the true models."""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from gofer.core.errors import CODES
from gofer.core.event import Event
from gofer.core.operation import Operation

Json = dict[str, Any]
REF = "#/components/schemas/{model}"
ERROR: Json = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "next_step"],
            "additionalProperties": False,
            "properties": {
                "code": {"enum": list(CODES), "description": "Stable; see the reference of error codes."},
                "message": {"type": "string", "description": "One sentence for a person."},
                "next_step": {"type": "string", "description": "What to do about it."},
            },
        }
    },
}
REFUSED: Json = {
    "description": "Refused or failed.",
    "content": {"application/json": {"schema": {"$ref": REF.format(model="Error")}}},
}
STREAMED: Json = {"schema": {"type": "string", "description": "Server-sent events; `data:` is one JSON object."}}
PATH_ID: Json = {"in": "path", "name": "id", "required": True, "schema": {"type": "string"}}


def document(operations: Iterable[Operation], version: str, prefix: str, besides: Json, streams: Iterable[str]) -> Json:
    """The whole OpenAPI document: every operation, and the paths `besides` them; `streams` also stream."""
    rows = list(operations)
    schemas, components = schemas_of(rows)
    paths: Json = {}
    for row in rows:
        takes = resolved(schemas[row.name, "validation"], components)
        described = describe(row, takes, schemas[row.name, "serialization"])
        if row.name in streams:
            described["responses"][str(row.status)]["content"]["text/event-stream"] = STREAMED
            described["responses"]["204"] = {"description": "An ended run has no more events to stream."}
        paths.setdefault(prefix + row.path, {})[row.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "gofer", "version": version, "summary": "Agents that do people's errands on a computer."},
        "paths": paths | besides,
        "components": {
            "schemas": {**components, "Error": ERROR},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def schemas_of(rows: list[Operation]) -> tuple[dict[tuple[str, JsonSchemaMode], Json], Json]:
    """Each operation's input and output, and the models they share."""
    wanted: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = []
    for row in rows:
        wanted.append((row.name, "validation", TypeAdapter(row.input)))
        wanted.append((row.name, "serialization", TypeAdapter(row.output)))
    wanted.append(("Event", "serialization", TypeAdapter(Event)))
    schemas, shared = TypeAdapter.json_schemas(wanted, ref_template=REF)
    return schemas, shared.get("$defs", {})


def resolved(schema: Json, components: Json) -> Json:
    """The schema itself, where it is only named."""
    named: str = schema.get("$ref", "")
    return dict(components[named.rpartition("/")[2]]) if named else schema


def describe(row: Operation, takes: Json, gives: Json) -> Json:
    """One operation's entry."""
    entry: Json = {
        "operationId": row.name,
        "summary": row.summary,
        "tags": [row.name.partition(".")[0]],
        "security": [{"token": [row.scope]}],
        "responses": {
            str(row.status): {"description": "Done.", "content": {"application/json": {"schema": gives}}},
            "default": REFUSED,
        },
    }
    return entry | inputs(row, takes)


def inputs(row: Operation, takes: Json) -> Json:
    """Where an operation's fields go: the path, and the query of a GET or the body of the rest."""
    fields: Json = takes.get("properties", {})
    required = set(takes.get("required", []))
    in_path = [name for name in fields if f"{{{name}}}" in row.path]
    parameters = [parameter("path", name, fields[name], True) for name in in_path]
    rest = [name for name in fields if name not in in_path]
    if row.method == "GET":
        return {"parameters": parameters + [parameter("query", n, fields[n], n in required) for n in rest]}
    if not rest:
        return {"parameters": parameters}
    body = takes | {"properties": {n: fields[n] for n in rest}, "required": [n for n in rest if n in required]}
    content = {"application/json": {"schema": body | {"additionalProperties": False}}}
    return {"parameters": parameters, "requestBody": {"required": bool(body["required"]), "content": content}}


def parameter(where: str, name: str, schema: Json, required: bool) -> Json:
    """One field of the path or the query."""
    return {"in": where, "name": name, "required": required, "schema": schema}


def beside(name: str, summary: str, answers: Json, *, scope: str | None, takes: list[Json] | None = None) -> Json:
    """The entry of an address that is no operation; `answers` are its good ones. Without a scope everybody may."""
    entry: Json = {"operationId": name, "summary": summary, "tags": [name.partition(".")[0]]}
    security: Json = {"security": [] if scope is None else [{"token": [scope]}]}
    return entry | security | {"parameters": takes or [], "responses": answers | {"default": REFUSED}}


def answer(description: str, kind: str, schema: Json) -> Json:
    """One good answer."""
    return {"description": description, "content": {kind: {"schema": schema}}}
