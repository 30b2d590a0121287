"""Values as JSON text that every database takes: pages may hold half a surrogate pair, and models may say NaN."""

from typing import Any

from pydantic_core import PydanticSerializationError, to_json


def as_json(value: Any) -> str:
    """The value as JSON; what JSON cannot hold becomes null or a replacement character."""
    try:
        return to_json(value, inf_nan_mode="null").decode()
    except (UnicodeEncodeError, PydanticSerializationError):
        return to_json(_mended(value), inf_nan_mode="null").decode()


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mended(item) for item in value]
    return value
