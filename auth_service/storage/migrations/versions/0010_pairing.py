"""Devices that are paired with the installation, and the rooms that they make for themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No device is paired, and no room is one's."""
    op.add_column("rooms", sa.Column("device", sa.String(24)))
    op.create_index("ix_rooms_device", "rooms", ["device"])
    op.create_table(
        "pairing_codes",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("owner", sa.String(24), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
    )
    op.create_index("ix_pairing_codes_owner", "pairing_codes", ["owner"])
    op.create_index("ix_pairing_codes_expires_at", "pairing_codes", ["expires_at"])
    op.create_table(
        "devices",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(24), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("used_at", sa.Float(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=False),
        sa.Column("withdrawn_at", sa.Float()),
        sa.UniqueConstraint("fingerprint", name="uq_devices_fingerprint"),
    )
    op.create_index("ix_devices_owner", "devices", ["owner"])
    op.create_index("ix_devices_ends_at", "devices", ["ends_at"])


def downgrade() -> None:
    """Every device has to be paired anew."""
    op.drop_table("devices")
    op.drop_table("pairing_codes")
    op.drop_index("ix_rooms_device", "rooms")
    op.drop_column("rooms", "device")
