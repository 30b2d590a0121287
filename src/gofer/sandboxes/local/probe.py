"""Whether the kernel lets bubblewrap start, found out by starting it."""

import asyncio
import subprocess
import threading
import time

COMMAND = ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "--unshare-user", "true"]
PATIENCE_SECONDS = 20.0
AGAIN_SECONDS = 30.0
"""How long a failure counts before it is looked into again: it may have been the moment's, or somebody mended it."""


class Probe:
    """Remembers for ever that bubblewrap starts, and for a while why it does not."""

    def __init__(self) -> None:
        self._reason: str | None = None
        self._at = 0.0
        self._looking = threading.Lock()

    @property
    def reason(self) -> str:
        """Why it does not start, or nothing. Only the very first look is waited for; later ones go on aside."""
        if self._reason is None:
            self._look()
        elif self._is_due and not self._looking.locked():
            threading.Thread(target=self._look, name="bwrap-probe", daemon=True).start()
        return self._reason or ""

    async def settle(self) -> None:
        """Look now if there is need to, without holding up the loop."""
        if self._is_due:
            await asyncio.to_thread(self._look)

    @property
    def _is_due(self) -> bool:
        return self._reason is None or (bool(self._reason) and time.monotonic() - self._at >= AGAIN_SECONDS)

    def _look(self) -> None:
        with self._looking:
            if self._is_due:
                self._reason, self._at = looked(), time.monotonic()


def looked() -> str:
    """Why bubblewrap does not start here; nothing when it does."""
    try:
        ran = subprocess.run(COMMAND, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"it took longer than {PATIENCE_SECONDS:.0f} seconds"
    except OSError as error:
        return str(error)
    return "" if ran.returncode == 0 else ran.stderr.strip() or f"it ended with {ran.returncode}"
