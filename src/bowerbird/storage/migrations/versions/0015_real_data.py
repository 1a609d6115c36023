"""Real data: databases that show that they hold some say so from now on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_REAL_PEOPLE = sa.text("SELECT 1 FROM users u JOIN applications a ON a.id = u.application_id WHERE a.production LIMIT 1")
_REAL_BANKS = sa.text(
    "SELECT 1 FROM connections c JOIN applications a ON a.id = c.application_id"
    " WHERE NOT c.sandbox AND (c.method = 'web' OR ',' || a.products || ',' NOT LIKE '%,rehearsal,%') LIMIT 1"
)
_RECORD = sa.text(
    "INSERT INTO marks (name, value) VALUES ('real-data', :since)"
    " ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE length(marks.value) = 0"
)
"""Nothing says since when: 0."""


def upgrade() -> None:
    connection = op.get_bind()
    if any(connection.execute(evidence).first() is not None for evidence in (_REAL_PEOPLE, _REAL_BANKS)):
        connection.execute(_RECORD, {"since": b"0"})
