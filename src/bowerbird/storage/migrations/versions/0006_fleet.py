"""The queue of a fleet, on PostgreSQL, and the limits that several processes share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bowerbird.storage.database import queue

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    queue.create(op.get_bind())
    op.create_table(
        "hits",
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ends", "subject"),
        sqlite_with_rowid=False,
    )
