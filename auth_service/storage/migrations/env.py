"""Runs the migrations over the connection that `auth_service.storage.database` hands in."""

from __future__ import annotations

from alembic import context

from auth_service.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
