"""Where an upload lies: in its row, or elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("uploads", sa.Column("kept_in", sa.String(16), nullable=False, server_default="database"))
