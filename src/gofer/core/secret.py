"""A Secret is a value that no log, event or error may show: whoever needs it has to ask for it by name."""

from typing import Annotated, Any, Generic, TypeVar, cast

from pydantic import GetCoreSchemaHandler, PlainSerializer, PlainValidator

T = TypeVar("T", str, bytes)

HIDDEN = "Secret(…)"


class Secret(Generic[T]):
    """Hides a text or bytes from `repr`, `str`, f-strings, JSON and pickle; `reveal` gives it."""

    __slots__ = ("_hidden",)

    def __init__(self, hidden: T) -> None:
        self._hidden: T = hidden

    def reveal(self) -> T:
        """The value itself, for the one place that has a use for it."""
        return self._hidden

    def __repr__(self) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._hidden == cast(Secret[T], other)._hidden

    def __hash__(self) -> int:
        return hash(self._hidden)

    def __len__(self) -> int:
        return len(self._hidden)

    def __reduce__(self) -> Any:
        raise TypeError("a secret is not written down")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """In settings a plain text becomes a secret; a dump shows that there is one, and no more."""
        return handler(Annotated[Any, PlainValidator(_wrapped), PlainSerializer(_hidden)])


def _wrapped(value: Any) -> Any:
    return value if isinstance(value, Secret) else Secret(value)


def _hidden(_value: Any) -> str:
    return HIDDEN
