"""Alembic's scripts, in one line from the first to the last."""
