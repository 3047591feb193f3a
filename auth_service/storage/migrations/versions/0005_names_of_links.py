"""What organisers tell links apart by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Links that there are have no name."""
    op.add_column("invitations", sa.Column("name", sa.String(60), nullable=False, server_default=""))


def downgrade() -> None:
    """Forgets the names."""
    op.drop_column("invitations", "name")
