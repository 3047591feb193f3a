"""Rooms, invitations, sessions and interpreters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What belongs to a room is deleted with it."""
    op.create_table(
        "rooms",
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("languages", sa.JSON()),
        sa.Column("source_language", sa.String(35), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("closed_at", sa.Float()),
        sa.PrimaryKeyConstraint("name", name="pk_rooms"),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("room", sa.String(63), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.Column("uses", sa.Integer()),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.Float()),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.ForeignKeyConstraint(["room"], ["rooms.name"], name="fk_invitations_room", ondelete="CASCADE"),
    )
    op.create_index("ix_invitations_room", "invitations", ["room"])
    op.create_table(
        "sessions",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("identity", sa.String(64), nullable=False),
        sa.Column("room", sa.String(63), nullable=False),
        sa.Column("invitation", sa.String(24), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float()),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_sessions"),
        sa.UniqueConstraint("identity", name="uq_sessions_identity"),
        sa.ForeignKeyConstraint(["room"], ["rooms.name"], name="fk_sessions_room", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["invitation"], ["invitations.id"], name="fk_sessions_invitation", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_sessions_invitation", "sessions", ["invitation"])
    op.create_index("ix_sessions_room_ended_at", "sessions", ["room", "ended_at"])
    op.create_index("ix_sessions_ended_at", "sessions", ["ended_at"])
    op.create_table(
        "interpreters",
        sa.Column("room", sa.String(63), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.Column("dispatch", sa.String(64)),
        sa.Column("dispatched_at", sa.Float()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(32)),
        sa.Column("claimed_until", sa.Float()),
        sa.PrimaryKeyConstraint("room", name="pk_interpreters"),
        sa.ForeignKeyConstraint(["room"], ["rooms.name"], name="fk_interpreters_room", ondelete="CASCADE"),
    )


def downgrade() -> None:
    """Deletes everything."""
    for table in ("interpreters", "sessions", "invitations", "rooms"):
        op.drop_table(table)
