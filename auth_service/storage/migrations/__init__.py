"""Alembic's scripts; they run by themselves when the service starts."""
