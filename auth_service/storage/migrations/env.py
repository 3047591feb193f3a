"""Runs the migrations over the connection that `foundation.migrations` hands in."""

from __future__ import annotations

from alembic import context

from auth_service.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    version_table=context.config.attributes["version_table"],
)
with context.begin_transaction():
    context.run_migrations()
