"""Every table of the kernel. Times are seconds since 1970 in UTC."""

import sqlalchemy as sa

metadata = sa.MetaData()

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("app", sa.String, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("waiting_for", sa.String),
    sa.Column("input", sa.JSON, nullable=False),
    sa.Column("output", sa.JSON(none_as_null=True)),
    sa.Column("error", sa.JSON(none_as_null=True)),
    sa.Column("principal", sa.String, nullable=False),
    sa.Column("trigger", sa.String, nullable=False),
    sa.Column("answer_to", sa.String),
    sa.Column("key", sa.String),
    sa.Column("retry_of", sa.String),
    sa.Column("limit_key", sa.String),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False, default=1),
    sa.Column("crashes", sa.Integer, nullable=False, default=0),
    sa.Column("worker", sa.String),
    sa.Column("cancel_by", sa.String),
    sa.Column("controlled_by", sa.String),
    sa.Column("usd", sa.Float, nullable=False, default=0.0),
    sa.Column("input_tokens", sa.BigInteger, nullable=False, default=0),
    sa.Column("output_tokens", sa.BigInteger, nullable=False, default=0),
    sa.Column("unpriced_calls", sa.Integer, nullable=False, default=0),
    sa.Column("worked_seconds", sa.Float, nullable=False, default=0.0, server_default="0"),
    sa.Column("last_seq", sa.Integer, nullable=False, default=0),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("queued_at", sa.Float, nullable=False),
    sa.Column("started_at", sa.Float),
    sa.Column("ended_at", sa.Float),
    sa.Column("updated_at", sa.Float, nullable=False),
    sa.UniqueConstraint("principal", "key"),
    sa.Index("runs_by_status", "status", "priority", "queued_at"),
    sa.Index("runs_by_age", "created_at"),
    sa.Index("runs_by_change", "updated_at"),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("run_id", sa.String, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("type", sa.String, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("key", sa.String),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Index(
        "events_once",
        "run_id",
        "key",
        unique=True,
        sqlite_where=sa.text("key IS NOT NULL"),
        postgresql_where=sa.text("key IS NOT NULL"),
    ),
)

questions = sa.Table(
    "questions",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("run_id", sa.String, nullable=False, index=True),
    sa.Column("question", sa.JSON, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("answer", sa.String),
    sa.Column("answered_by", sa.String),
    sa.Column("asked_at", sa.Float, nullable=False),
    sa.Column("deadline", sa.Float),
)

artifacts = sa.Table(
    "artifacts",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("run_id", sa.String, nullable=False, index=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("media_type", sa.String, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("run_id", sa.String, primary_key=True),
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("provider", sa.String, nullable=False),
    sa.Column("ref", sa.String, nullable=False),
    sa.Column("host", sa.String, nullable=False),
    sa.Column("spec", sa.JSON, nullable=False),
    sa.Column("opened_at", sa.Float, nullable=False),
)

memory = sa.Table(
    "memory",
    metadata,
    sa.Column("app", sa.String, primary_key=True),
    sa.Column("principal", sa.String, primary_key=True),
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
    sa.Column("written_by", sa.String, nullable=False),
    sa.Column("updated_at", sa.Float, nullable=False),
)

playbooks = sa.Table(
    "playbooks",
    metadata,
    sa.Column("principal", sa.String, primary_key=True),
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("app", sa.String, nullable=False),
    sa.Column("errand", sa.String),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("served", sa.Boolean, nullable=False),
    sa.Column("agreeing", sa.Integer, nullable=False),
    sa.Column("usd", sa.Float),
    sa.Column("seconds", sa.Float),
    sa.Column("updated_at", sa.Float, nullable=False),
    sa.UniqueConstraint("principal", "app", "errand"),
)

playbook_versions = sa.Table(
    "playbook_versions",
    metadata,
    sa.Column("principal", sa.String, primary_key=True),
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("why", sa.String, nullable=False),
    sa.Column("written_by", sa.String, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("worked", sa.Integer, nullable=False),
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("digest", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("name", sa.String, index=True),
    sa.Column("principal", sa.String, nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("purpose", sa.String),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("expires_at", sa.Float),
)

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("host", sa.String, nullable=False),
    sa.Column("version", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("last_beat", sa.Float, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("principal", sa.String, primary_key=True),
    sa.Column("profile", sa.String, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("key_id", sa.String, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("saved_at", sa.Float, nullable=False),
    sa.Column("saved_by", sa.String, nullable=False),
)

usage = sa.Table(
    "usage",
    metadata,
    sa.Column("run_id", sa.String, primary_key=True),
    sa.Column("pages", sa.BigInteger, nullable=False),
    sa.Column("requests", sa.BigInteger, nullable=False),
    sa.Column("refused", sa.BigInteger, nullable=False),
    sa.Column("sent", sa.BigInteger, nullable=False),
    sa.Column("received", sa.BigInteger, nullable=False),
)
