"""Rooms with a lock and a lobby, links that let nobody new in, and what proves a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rooms from before are open, without a lobby; in their sessions nothing proves the names."""
    for name in ("locked", "lobby"):
        op.add_column("rooms", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("invitations", sa.Column("shut_at", sa.Float()))
    op.add_column("sessions", sa.Column("name_salt", sa.String(32)))
    op.create_table(
        "waiting",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("room", sa.String(63), nullable=False),
        sa.Column("invitation", sa.String(24), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("wishes", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.Float(), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=False),
        sa.Column("answer", sa.String(8)),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_waiting"),
        sa.UniqueConstraint("id", name="uq_waiting_id"),
        sa.ForeignKeyConstraint(["room"], ["rooms.name"], name="fk_waiting_room", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["invitation"], ["invitations.id"], name="fk_waiting_invitation", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_waiting_room", "waiting", ["room"])
    op.create_index("ix_waiting_invitation", "waiting", ["invitation"])


def downgrade() -> None:
    """Sends away who waits; locked rooms are open again, and links that let nobody new in let people in."""
    op.drop_table("waiting")
    op.drop_column("sessions", "name_salt")
    op.drop_column("invitations", "shut_at")
    for name in ("lobby", "locked"):
        op.drop_column("rooms", name)
