"""Leases of workers: each says "alive", the living take up the runs of the dead, and the dead stay down."""

import os
import threading
import time
from collections.abc import Callable
from functools import partial

import structlog

from gofer.core.errors import GoferError
from gofer.kernel.engine.engine import VERSION, Engine
from gofer.storage import slots, workers
from gofer.storage.database import Database

BEAT_SECONDS = 1.0
SILENT_SECONDS = 5.0
"""Dead after this silence: with the beat and the engine's one-second look, others go on within 8 seconds."""

FENCED = 75
"""Exit code of a worker that woke up and found its runs taken (EX_TEMPFAIL)."""

log = structlog.get_logger()


class Liveness:
    """The lease of this worker and its watch over the others. A thread of its own: the event loop may be busy."""

    def __init__(
        self,
        database: Database,
        worker: str,
        host: str,
        engine: Engine,
        fence: Callable[[], None] | None = None,
    ) -> None:
        self._database = database
        self._worker = worker
        self._host = host
        self._engine = engine
        self._fence = fence or partial(os._exit, FENCED)
        self._stop = threading.Event()
        self._last_good = time.monotonic()
        self._thread = threading.Thread(target=self._serve, name="gofer-lease", daemon=True)

    def enrol(self) -> None:
        """Take the lease; done before the first run is claimed."""
        row = {"id": self._worker, "host": self._host, "version": VERSION}
        self._database.write_now(partial(workers.enrol, row=row))

    def start(self) -> None:
        """Beat from now on."""
        self._last_good = time.monotonic()
        self._thread.start()

    def held(self) -> bool:
        """Whether the lease is certainly still ours: ask before anything that must not happen twice."""
        return time.monotonic() - self._last_good < SILENT_SECONDS - BEAT_SECONDS

    def close(self) -> None:
        """Give the lease back: another worker takes up at once what this one left."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._database.write_now(partial(workers.retire, worker=self._worker))

    def _serve(self) -> None:
        calm_until = 0.0
        while not self._stop.wait(BEAT_SECONDS):
            try:
                calm_until = self._beat(calm_until)
            except GoferError as error:
                log.warning("lease.beat_failed", reason=error.message)
            except Exception:  # this thread holds the lease: it must outlive every surprise
                log.exception("lease.beat_failed")

    def _beat(self, calm_until: float) -> float:
        if not self._database.write_now(partial(workers.beat, worker=self._worker)):
            log.error("lease.lost", worker=self._worker)
            self._fence()
        now = time.monotonic()
        if now - self._last_good > 2 * BEAT_SECONDS + 1:  # we were cut off, so the others may have been too
            calm_until = now + SILENT_SECONDS
        self._last_good = now
        if now >= calm_until:
            self._bury()
        return calm_until

    def _bury(self) -> None:
        dead = self._database.write_now(partial(workers.bury, silent_seconds=SILENT_SECONDS))
        if dead:
            recover(self._database, self._engine, dead)
            self._forget(dead)

    def _forget(self, dead: list[str]) -> None:
        for worker in dead:
            if not self._database.write_now(partial(slots.held_by, workers=[worker])):
                self._database.write_now(partial(workers.forget, worker=worker))


def recover(database: Database, engine: Engine, dead: list[str]) -> None:
    """Take up what dead workers left: begun runs go on, granted but unbegun ones queue again. Blocking."""
    held = database.write_now(partial(slots.held_by, workers=dead))
    unbegun = [run_id for run_id in held if not engine.knows(run_id)]
    if unbegun:
        database.write_now(partial(slots.requeue, run_ids=unbegun, workers=dead))
    engine.recover(dead)
