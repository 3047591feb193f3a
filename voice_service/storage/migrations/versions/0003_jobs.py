"""Jobs, and what is to be told of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """None so far."""
    op.create_table(
        "voice_jobs",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("tenant", sa.String(24), nullable=False),
        sa.Column("key", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Float(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("request_fingerprint", sa.String(64), nullable=False),
        sa.Column("idempotency", sa.String(64)),
        sa.Column("sound", sa.String(120), nullable=False),
        sa.Column("webhook_url", sa.String(2000), nullable=False),
        sa.Column("result", sa.JSON()),
        sa.Column("error", sa.JSON()),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("stage", sa.String(24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("leased_by", sa.String(24)),
        sa.Column("leased_until", sa.Float()),
        sa.Column("not_before", sa.Float()),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("started_at", sa.Float()),
        sa.Column("ended_at", sa.Float()),
        sa.ForeignKeyConstraint(
            ["tenant"], ["voice_tenants.id"], name="fk_voice_jobs_tenant", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("tenant", "idempotency", name="uq_voice_jobs_tenant_idempotency"),
    )
    op.create_index("ix_voice_jobs_status_rank", "voice_jobs", ["status", "rank"])
    op.create_index("ix_voice_jobs_tenant_created_at", "voice_jobs", ["tenant", "created_at"])
    op.create_table(
        "voice_deliveries",
        sa.Column("job", sa.String(24), primary_key=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=False),
        sa.Column("leased_until", sa.Float()),
        sa.ForeignKeyConstraint(
            ["job"], ["voice_jobs.id"], name="fk_voice_deliveries_job", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_voice_deliveries_due_at", "voice_deliveries", ["due_at"])


def downgrade() -> None:
    """What waited is lost."""
    op.drop_table("voice_deliveries")
    op.drop_table("voice_jobs")
