"""How long an attempt to deliver took, and how a refusal began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message_attempts", sa.Column("milliseconds", sa.Integer(), nullable=True))
    op.add_column("message_attempts", sa.Column("answer", sa.Text(), nullable=True))
