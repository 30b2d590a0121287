"""The program `gofer`."""

from gofer.cli.commands import app


def main() -> None:
    """What the console script calls."""
    app(prog_name="gofer")
