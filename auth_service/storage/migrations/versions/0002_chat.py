"""Whether a room has a chat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rooms from before have none."""
    op.add_column("rooms", sa.Column("chat", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Forgets which rooms had one."""
    op.drop_column("rooms", "chat")
