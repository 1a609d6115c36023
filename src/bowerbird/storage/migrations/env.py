"""How Alembic reaches the database: over the connection `storage.migrate` hands it, in one transaction."""

from __future__ import annotations

from alembic import context

from bowerbird.storage.database.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
