"""In which month's messages a job was counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """None is known to be counted: those under way are counted once more at most."""
    op.add_column("voice_jobs", sa.Column("counted_in", sa.String(7)))


def downgrade() -> None:
    """Jobs that are begun again are counted again."""
    op.drop_column("voice_jobs", "counted_in")
