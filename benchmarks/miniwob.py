"""Which of MiniWoB++'s tasks can be done with gofer's view and actions alone, by an oracle that understands them.

    python benchmarks/miniwob.py --seed 1 [--tasks click-button,enter-text]

The oracle uses the browser's contract and nothing else: no script of its own runs in the page. The referee starts each
episode, reads the utterance before it, and the reward after it.
"""

import importlib
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(
        Path(__file__).resolve().parent.parent
    )  # this folder has a `miniwob` too, which is not the package
    raise SystemExit(importlib.import_module("benchmarks.oracle.episodes").run())
