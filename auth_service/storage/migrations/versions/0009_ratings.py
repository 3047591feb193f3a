"""What people in meetings say of captions and voices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing so far."""
    op.create_table(
        "ratings",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("room", sa.String(63), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("about", sa.String(16), nullable=False),
        sa.Column("source_language", sa.String(35), nullable=False),
        sa.Column("target_language", sa.String(35), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(24)),
        sa.Column("words", sa.String(1000)),
        sa.Column("profile", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["rooms.name"], name="fk_ratings_room", ondelete="CASCADE"),
    )
    op.create_index("ix_ratings_room", "ratings", ["room"])
    op.create_index("ix_ratings_at", "ratings", ["at"])


def downgrade() -> None:
    """What was said is lost."""
    op.drop_table("ratings")
