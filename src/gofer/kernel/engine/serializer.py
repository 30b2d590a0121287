"""What the step log holds is JSON and nothing else: whoever can write the database must not run code here."""

from datetime import datetime
from typing import Any

from dbos import Serializer
from dbos._serialization import DefaultSerializer
from pydantic_core import from_json, to_json


class StoredError(Exception):
    """An exception that came back from the step log as its type's name and its text."""


class JsonSerializer(Serializer):
    """JSON, with tags for the two other things that DBOS itself hands over: exceptions and datetimes."""

    def name(self) -> str:
        """What each row calls its format."""
        return "gofer_json"

    def serialize(self, data: Any) -> str:
        """The value as JSON text."""
        return to_json(data, fallback=_tag).decode()

    def deserialize(self, serialized_data: str) -> Any:
        """The value back; tuples come back as lists."""
        return _untag(from_json(serialized_data))


def refuse_pickle() -> None:
    """Rows name their own format, so the library's pickle reader must be gone, not just unused."""
    setattr(DefaultSerializer, "deserialize", _refuse)  # noqa: B010 - replacing a method is the point


def _refuse(_self: object, _serialized: str) -> Any:
    raise ValueError("a row of the step log claims to be a pickle; gofer never writes one and will not read it")


def _tag(value: Any) -> Any:
    if isinstance(value, BaseException):
        return {"!error": type(value).__name__, "text": str(value)}
    if isinstance(value, datetime):
        return {"!moment": value.isoformat()}
    raise TypeError(f"{type(value).__name__} cannot be stored in the step log")


def _untag(value: Any) -> Any:
    if isinstance(value, list):
        return [_untag(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "!error" in value:
        return StoredError(f"{value['!error']}: {value['text']}")
    if "!moment" in value:
        return datetime.fromisoformat(value["!moment"])
    return {key: _untag(item) for key, item in value.items()}
