"""An application's users in the order they came, for lists that are read page by page."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("users_of_application", "users", ["application_id", "created", "id"], unique=False)
