"""From a model's name to a Pydantic AI model, with fallbacks. Provider SDKs are loaded only here, when first asked."""

import re
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model

from gofer.core.errors import Refused

KEY = re.compile(r"[A-Z][A-Z0-9_]*_API_KEY")
"""How a provider names the key that it misses."""


class Models:
    """The configured models, made when first needed because a provider's SDK takes a second to load."""

    def __init__(self, default: str | None, fallback: Sequence[str] = ()) -> None:
        self._names = [default, *fallback] if default else []
        self._model: Model | None = None

    def __call__(self) -> Model | None:
        """The model that agents use; None when none is configured; raises `Refused` when it cannot be."""
        if self._model is None and self._names:
            self._model = _with_fallback([resolve(name) for name in self._names])
        return self._model


def resolve(name: str) -> Model:
    """The model of this name; raises `Refused` with what is missing."""
    try:
        return _strict(infer_model(name))
    except UserError as error:
        if missing := KEY.search(str(error)):
            message = f"The model {name} needs {missing[0]}, which is not set."
            raise Refused(message, code="ERR_NO_MODEL", next_step=f"Set {missing[0]} and try again.") from error
        raise Refused(f"The model {name} cannot be used: {_ended(error)}", code="ERR_UNKNOWN_MODEL") from error
    except ImportError as error:
        message = f"The model {name} needs a package that is not installed: {error}"
        raise Refused(message, code="ERR_MISSING_EXTRA") from error
    except ValueError as error:
        raise Refused(f"There is no model {name!r}: {_ended(error)}", code="ERR_UNKNOWN_MODEL") from error


def _ended(error: Exception) -> str:
    """Its words as a sentence."""
    return f"{str(error).rstrip('.')}." if not str(error).endswith("?") else str(error)


def _strict(model: Model) -> Model:
    profile: Any = model.profile
    # Without it a stream that breaks off before its finish reason is taken for a whole reply.
    profile["openai_chat_streaming_requires_finish_reason"] = True
    return model


def _with_fallback(models: list[Model]) -> Model:
    if len(models) == 1:
        return models[0]
    fallback: Any = import_module("pydantic_ai.models.fallback")
    chosen: Model = fallback.FallbackModel(*models)
    return chosen
