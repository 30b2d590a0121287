"""`make bench`: measures every published figure and prints it next to its target; `--write` puts it into the docs."""

import asyncio
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from benchmarks.figure import Figure

MODULES = ("up", "latency", "throughput", "agent_step", "sandbox_code", "desktop", "recovery")
LIBRARIES = ("dbos", "pydantic-ai-slim", "sqlalchemy", "fastapi", "playwright")
PAGE = Path(__file__).parent.parent / "docs" / "reference" / "benchmarks.md"

INTRODUCTION = """# Benchmarks

What gofer promises of its speed and size, and what was measured. `make bench` measures it again on your machine and
prints the same table; `python -m benchmarks --write` puts it here. A figure that misses its target is printed like
any other.
"""


def main(arguments: list[str]) -> None:
    """Measure what is named, or everything."""
    names = [name for name in arguments if not name.startswith("-")] or list(MODULES)
    figures = []
    for name in names:
        print(f"… {name}", file=sys.stderr, flush=True)
        figures += asyncio.run(import_module(f"benchmarks.{name}").measure())
    page = "\n".join([_machine(), "", *_table(figures), ""])
    print(page)
    if "--write" in arguments:
        PAGE.write_text(f"{INTRODUCTION}\n{page}")


def _machine() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC on {os.cpu_count()} cores ({platform.machine()}, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}); load at the end {load}.\n"
        f"{libraries}."
    )


def _table(figures: list[Figure]) -> list[str]:
    rows = [f"| {f.name} | {f.target} | {f.value} | {f.method} |" for f in figures]
    return ["| figure | target | measured | how |", "|---|---|---|---|", *rows]


if __name__ == "__main__":
    main(sys.argv[1:])
