"""What organisers have recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was recorded on the server before."""
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("room", sa.String(63), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=False),
        sa.Column("stopped_at", sa.Float(), nullable=True),
        sa.Column("egress", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
        sa.ForeignKeyConstraint(
            ["room"], ["rooms.name"], name="fk_recordings_room_rooms", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_recordings_room", "recordings", ["room"])


def downgrade() -> None:
    """Forgets what was recorded; the files are removed as those of no recording."""
    op.drop_table("recordings")
