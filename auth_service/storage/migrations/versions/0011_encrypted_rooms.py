"""Rooms that are encrypted end to end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rooms from before are not encrypted."""
    op.add_column("rooms", sa.Column("encrypted", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Forgets which rooms are encrypted; who joins them then is not told."""
    op.drop_column("rooms", "encrypted")
