"""Voice messages, the sound behind links, what is remembered of them, and what a tenant wants kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHOICES = ("keeps_messages", "remembers_messages", "translates_outside")


def upgrade() -> None:
    """Every tenant begins with nothing kept and nothing sent away."""
    for choice in CHOICES:
        op.add_column(
            "voice_tenants", sa.Column(choice, sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_table(
        "voice_messages",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("tenant", sa.String(24), nullable=False),
        sa.Column("person", sa.String(24)),
        sa.Column("key", sa.String(24), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("source_language", sa.String(35)),
        sa.Column("target_language", sa.String(35), nullable=False),
        sa.Column("original_text", sa.Text()),
        sa.Column("translated_text", sa.Text()),
        sa.Column("input_object", sa.String(80)),
        sa.Column("output_object", sa.String(80)),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("voice_similarity", sa.Float()),
        sa.Column("processing_time_ms", sa.Float(), nullable=False),
        sa.Column("cached", sa.Boolean(), nullable=False),
        sa.Column("translated_by", sa.String(120), nullable=False),
        sa.Column("error", sa.String(64)),
        sa.Column("cache_keys", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("completed_at", sa.Float()),
        sa.ForeignKeyConstraint(
            ["tenant"], ["voice_tenants.id"], name="fk_voice_messages_tenant", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_voice_messages_history", "voice_messages", ["tenant", "created_at", "id"])
    op.create_index("ix_voice_messages_created_at", "voice_messages", ["created_at"])
    op.create_table(
        "voice_objects",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("tenant", sa.String(24), nullable=False),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
    )
    op.create_index("ix_voice_objects_tenant", "voice_objects", ["tenant"])
    op.create_index("ix_voice_objects_expires_at", "voice_objects", ["expires_at"])
    op.create_table(
        "voice_remembered",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("tenant", sa.String(24), nullable=False),
        sa.Column("object", sa.String(80), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["voice_tenants.id"], name="fk_voice_remembered_tenant", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_voice_remembered_tenant", "voice_remembered", ["tenant"])
    op.create_index("ix_voice_remembered_expires_at", "voice_remembered", ["expires_at"])


def downgrade() -> None:
    """Nothing is known of any message; what lies in the object store stays there."""
    for table in ("voice_remembered", "voice_objects", "voice_messages"):
        op.drop_table(table)
    for choice in CHOICES:
        op.drop_column("voice_tenants", choice)
