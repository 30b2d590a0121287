"""Logs: to stderr, readable on a terminal, one JSON object per line elsewhere."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def _spared(module: str) -> Iterator[None]:
    """Keep a module from being loaded by whoever tries to, and does without it."""
    loaded = sys.modules.setdefault(module, None)  # type: ignore[arg-type]  # this is how Python says that there is none
    yield
    if loaded is None:
        del sys.modules[module]


with _spared("rich.traceback"):  # structlog would load it, and pygments with it: 3 MB that nobody here ever uses
    import structlog


def configure(*, quiet: bool = False) -> None:
    """Set up logging for this process, once; `quiet` leaves only warnings and worse."""
    level = logging.WARNING if quiet else logging.INFO
    structlog.configure(
        processors=[*_shared(), structlog.processors.format_exc_info, _renderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_logger,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_shared(), processors=_foreign()))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _shared() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _foreign() -> list[Any]:
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer()]


def _renderer() -> Any:
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer()


def _logger(*_names: Any) -> Any:
    """Made anew for each line, so that a live view that has borrowed stderr is not written over."""
    return structlog.PrintLogger(sys.stderr)
