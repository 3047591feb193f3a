"""Whether people may record, and when a room was erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """In rooms from before people may record."""
    op.add_column("rooms", sa.Column("recording", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("rooms", sa.Column("erased_at", sa.Float()))


def downgrade() -> None:
    """Forgets which rooms were erased and where recording was forbidden."""
    for name in ("erased_at", "recording"):
        op.drop_column("rooms", name)
