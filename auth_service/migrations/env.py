"""Runs the migrations over the connection that `auth_service.database` hands in."""

from __future__ import annotations

from alembic import context

from auth_service.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
