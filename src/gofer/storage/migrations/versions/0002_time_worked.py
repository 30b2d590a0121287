"""How long a run has worked, so that its limit holds over crashes"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Change the schema."""
    op.add_column("runs", sa.Column("worked_seconds", sa.Float(), nullable=False, server_default="0"))
