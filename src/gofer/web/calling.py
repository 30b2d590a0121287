"""One way in for every web face: permission first, then the input, then the operation."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, to_json

from gofer.core.errors import Refused
from gofer.core.operation import Operation
from gofer.core.principal import Principal
from gofer.web.gateway import Gateway


async def call(gateway: Gateway, principal: Principal, name: str, arguments: Mapping[str, object]) -> Any:
    """The operation's output; raises `GoferError` when the scope, a field or the operation itself says no."""
    operation = gateway.operations[name]
    gateway.access.require(principal, operation.scope)
    return await operation.run(principal, validated(operation, arguments))


def validated(operation: Operation, arguments: Mapping[str, object]) -> BaseModel:
    """The operation's input; raises `Refused` (ERR_INVALID_INPUT) with one sentence that names the field."""
    refuse_unknown(operation, arguments)
    refuse_nul(arguments)
    try:
        if operation.method == "GET":  # a query knows only texts
            return operation.input.model_validate(dict(arguments))
        return operation.input.model_validate_json(to_json(dict(arguments)), strict=True)
    except ValidationError as problem:
        raise Refused(sentence(problem.errors()[0]), code="ERR_INVALID_INPUT") from None


def refuse_unknown(operation: Operation, arguments: Mapping[str, object]) -> None:
    """Raises `Refused` for a field that the operation does not have, whatever its model says about extras."""
    known = operation.input.model_fields
    for field in arguments:
        if field not in known:
            takes = ", ".join(f"`{name}`" for name in known) or "no fields"
            message = f"There is no field `{field}`; {operation.name} takes {takes}."
            raise Refused(message, code="ERR_INVALID_INPUT")


def refuse_nul(arguments: Mapping[str, object]) -> None:
    """Raises `Refused` for a text with a NUL character, which PostgreSQL cannot keep."""
    for field, value in arguments.items():
        if holds_nul(value):
            raise Refused(f"The field `{field}` holds a NUL character.", code="ERR_INVALID_INPUT")


def holds_nul(value: object) -> bool:
    """Whether there is a NUL character anywhere in it, in a name or in a value, however deep."""
    if isinstance(value, Mapping):
        return any(holds_nul(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(map(holds_nul, value))
    return isinstance(value, str) and "\0" in value


def sentence(problem: ErrorDetails) -> str:
    """One validation problem, told to a person."""
    field = ".".join(str(part) for part in problem["loc"]) or "input"
    if problem["type"] == "missing":
        return f"The field `{field}` is missing."
    if problem["type"] == "extra_forbidden":
        return f"There is no field `{field}`."
    return f"The field `{field}` is wrong: {problem['msg'].rstrip('.').lower()}."
