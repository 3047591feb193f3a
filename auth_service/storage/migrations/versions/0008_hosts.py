"""Who was made an organiser, and the profile of workers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody was made one so far."""
    op.add_column("sessions", sa.Column("organiser_at", sa.Float()))
    op.add_column("workers", sa.Column("profile", sa.String(16), nullable=False, server_default=""))


def downgrade() -> None:
    """Whoever was made an organiser is none any more."""
    op.drop_column("workers", "profile")
    op.drop_column("sessions", "organiser_at")
