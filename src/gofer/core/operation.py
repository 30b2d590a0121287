"""An Operation is one thing a caller may ask of gofer: a typed function with one scope, served by every face."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from gofer.core.principal import Principal

Method = Literal["GET", "POST", "DELETE"]


@dataclass(frozen=True)
class Operation:
    """One row of the table that REST, CLI and pages read."""

    name: str
    summary: str
    scope: str
    input: type[BaseModel]
    output: Any
    run: Callable[[Principal, Any], Awaitable[Any]]
    method: Method
    path: str
    """Below /api/v1; `{id}` names a field of the input."""
    status: int = 200
