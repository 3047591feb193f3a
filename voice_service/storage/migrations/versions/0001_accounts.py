"""Tenants, their people and their keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From nothing."""
    op.create_table(
        "voice_tenants",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("plan", sa.String(32), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.UniqueConstraint("name", name="uq_voice_tenants_name"),
    )
    op.create_table(
        "voice_people",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("tenant", sa.String(24), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["voice_tenants.id"], name="fk_voice_people_tenant", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_voice_people_tenant", "voice_people", ["tenant"])
    op.create_table(
        "voice_keys",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("tenant", sa.String(24), nullable=False),
        sa.Column("person", sa.String(24)),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("used_at", sa.Float()),
        sa.Column("withdrawn_at", sa.Float()),
        sa.ForeignKeyConstraint(
            ["tenant"], ["voice_tenants.id"], name="fk_voice_keys_tenant", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person"], ["voice_people.id"], name="fk_voice_keys_person", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("fingerprint", name="uq_voice_keys_fingerprint"),
    )
    op.create_index("ix_voice_keys_tenant", "voice_keys", ["tenant"])


def downgrade() -> None:
    """Nobody is known any more."""
    for table in ("voice_keys", "voice_people", "voice_tenants"):
        op.drop_table(table)
