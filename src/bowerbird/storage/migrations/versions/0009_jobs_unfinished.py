"""Unfinished jobs by application, so that how many there are can be bounded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    unfinished = sa.text("state IN ('queued', 'waiting')")
    op.create_index("jobs_unfinished", "jobs", ["application_id"], unique=False, sqlite_where=unfinished, postgresql_where=unfinished)
