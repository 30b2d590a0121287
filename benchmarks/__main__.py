"""Prints the table of figures: `python -m benchmarks [NAME …] [--write]`."""

import argparse
import asyncio
import importlib
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.figure import Figure

NAMES = (
    "up",
    "latency",
    "throughput",
    "agent_step",
    "sandbox_code",
    "desktop",
    "page_view",
    "blockers",
    "pool",
    "ten_errands",
    "replay",
    "reach",
    "recovery",
)
LIBRARIES = ("pydantic-ai-slim", "dbos", "sqlalchemy", "psycopg", "fastapi", "playwright")
PAGE = Path(__file__).parents[1] / "docs" / "reference" / "benchmarks.md"


def machine() -> str:
    """Where this was measured."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    system = f"{platform.system()} {platform.release()} {platform.machine()}, Python {platform.python_version()}"
    return f"{system}, {os.cpu_count()} cores, load {load} at the start; {libraries}."


def table(figures: list[Figure]) -> str:
    """The figures as Markdown."""
    rows = [f"| {f.name} | {f.target} | {f.value} | {f.method} |" for f in figures]
    return "\n".join(["| figure | target | measured | how |", "|---|---|---|---|", *rows])


def page(where: str, figures: list[Figure]) -> str:
    """The whole reference page."""
    return (
        "# Benchmarks\n\nWritten by `make bench`; one file per figure in `benchmarks/`. "
        "Targets are for two quiet cores; a figure that misses its target stays in the table.\n\n"
        f"Measured on: {where}\n\n{table(figures)}\n"
    )


def measured(name: str) -> list[Figure]:
    """One module's figures, or a row that says why there are none."""
    print(f"measuring {name} …", file=sys.stderr, flush=True)
    module = importlib.import_module(f"benchmarks.{name}")
    try:
        figures: list[Figure] = asyncio.run(module.measure())
    except Exception as error:
        return [Figure(name, "", "not measured", f"{type(error).__name__}: {str(error)[:150]}")]
    return figures


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which of {', '.join(NAMES)}; all without a name")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}; only with all figures")
    wanted = parser.parse_args()
    if unknown := [name for name in wanted.names if name not in NAMES]:
        parser.error(f"there is no figure {unknown[0]!r}; there are {', '.join(NAMES)}")
    if wanted.write and wanted.names:
        parser.error("--write publishes the whole table: leave the names out")
    where = machine()
    figures = [figure for name in wanted.names or NAMES for figure in measured(name)]
    print(f"{where}\n\n{table(figures)}")
    if wanted.write:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(page(where, figures))


if __name__ == "__main__":
    main()
