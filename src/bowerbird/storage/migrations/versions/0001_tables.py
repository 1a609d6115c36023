"""Every table of the first release, as SQL: `0001_sqlite.sql` and `0001_postgresql.sql` beside this file."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from bowerbird.storage.database import queue

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    script = Path(__file__).with_name(f"0001_{connection.dialect.name}.sql").read_text("utf-8")
    for statement in script.split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)
    queue.create(connection)
