"""People at the consent pages: their sessions, where they return to, and why a statement of theirs was refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_sessions",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.String(length=7), nullable=False),
        sa.Column("connection_id", sa.String(length=36), nullable=False),
        sa.Column("link_id", sa.String(length=36), nullable=False),
        sa.Column("job_ids", sa.Text(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index("sessions_of_person", "person_sessions", ["user_id"], unique=False)
    op.create_index("person_sessions_over", "person_sessions", ["expires"], unique=False)
    op.add_column("applications", sa.Column("redirect_url", sa.Text(), nullable=False, server_default=""))
    op.add_column("jobs", sa.Column("reason", sa.Text(), nullable=True))
