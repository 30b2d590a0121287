"""Runs Alembic. A room of its own because Alembic is loaded only when there is something to upgrade."""

import importlib
from pathlib import Path

import sqlalchemy as sa


def upgrade(connection: sa.Connection, scripts: Path) -> None:
    """Run every migration that this database has not seen."""
    config = importlib.import_module("alembic.config").Config()
    config.set_main_option("script_location", str(scripts))
    config.attributes["connection"] = connection
    importlib.import_module("alembic.command").upgrade(config, "head")
