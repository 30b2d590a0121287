"""What runs do outside: refusals go into their logs, everything is counted."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import structlog

from gofer.core.errors import GoferError
from gofer.core.event import EgressRefused
from gofer.core.sandbox import Traffic
from gofer.core.usage import Usage
from gofer.kernel.parts import Parts
from gofer.storage import usage

FLUSH_SECONDS = 2.0
MOST_REFUSALS = 50
"""Refused addresses told per sandbox: what runs inside must not be able to flood the log."""

PAGE = Usage(pages=1)
log = structlog.get_logger()


class TrafficBook:
    """Knows which run holds which way out."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._holders: dict[str, str] = {}
        self._refused: dict[str, set[tuple[str, int]]] = {}
        self._counted: dict[str, Usage] = defaultdict(Usage)

    @contextmanager
    def holding(self, way_out: str, run_id: str) -> Iterator[None]:
        """What goes through this way out is the run's for as long as the block runs."""
        self._holders[way_out], self._refused[way_out] = run_id, set()
        try:
            yield
        finally:
            self._holders.pop(way_out, None)
            self._refused.pop(way_out, None)

    def tell(self, way_out: str, traffic: Traffic) -> None:
        """Count it; put a refusal into the log of the run that met it, once for each address."""
        run_id = self._holders.get(way_out)
        if run_id is None:
            return
        refused = int(not traffic.allowed)
        self.count(run_id, Usage(requests=1, refused=refused, sent=traffic.sent, received=traffic.received))
        met, known = (traffic.host, traffic.port), self._refused[way_out]
        if refused and met not in known and len(known) < MOST_REFUSALS:
            known.add(met)
            self._parts.log.add(run_id, EgressRefused(host=traffic.host, port=traffic.port, reason=traffic.reason))

    def count(self, run_id: str, more: Usage) -> None:
        """Count it, and write it down soon."""
        self._counted[run_id] += more

    async def flush(self) -> None:
        """Write down what was counted: all of it or, while the database is away, nothing yet."""
        if self._counted:
            counted, self._counted = self._counted, defaultdict(Usage)
            await asyncio.shield(asyncio.ensure_future(self._written(counted)))

    async def _written(self, counted: dict[str, Usage]) -> None:
        """To its end, also when its caller is cancelled: otherwise nobody knows whether it was counted."""
        try:
            await self._parts.database.write(partial(usage.add_all, counted=counted))
        except Exception as error:
            for run_id, more in counted.items():
                self.count(run_id, more)
            if not isinstance(error, GoferError):
                raise
            log.warning("usage.unavailable", reason=error.message)

    async def serve(self) -> None:
        """Write down for ever."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self.flush()
            except Exception:  # without this service nothing is counted
                log.exception("usage.failed")
