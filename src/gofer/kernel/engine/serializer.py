"""What the step log holds is JSON and nothing else: whoever can write the database must not run code here."""

from typing import Any

from dbos import Serializer
from dbos._serialization import DefaultSerializer
from pydantic_core import from_json

from gofer.storage.plain import as_json

ERROR = "!gofer-error"
"""Key of an exception that DBOS itself handed over. gofer's own values always lie one level below the top."""


class StoredError(Exception):
    """An exception that came back from the step log as its type's name and its text."""


class JsonSerializer(Serializer):
    """JSON. Exceptions, which only DBOS itself stores, keep their type's name and text."""

    def name(self) -> str:
        """What each row calls its format."""
        return "gofer_json"

    def serialize(self, data: Any) -> str:
        """The value as JSON text."""
        return as_json({ERROR: f"{type(data).__name__}: {data}"} if isinstance(data, BaseException) else data)

    def deserialize(self, serialized_data: str) -> Any:
        """The value back; tuples come back as lists, moments as text."""
        value = from_json(serialized_data)
        return StoredError(value[ERROR]) if isinstance(value, dict) and value.keys() == {ERROR} else value


def refuse_pickle() -> None:
    """Rows name their own format, so the library's pickle reader must be gone, not just unused."""
    setattr(DefaultSerializer, "deserialize", _refuse)  # noqa: B010 - replacing a method is the point


def _refuse(_self: object, _serialized: str) -> Any:
    raise ValueError("a row of the step log claims to be a pickle; gofer never writes one and will not read it")
