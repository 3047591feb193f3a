"""Plans, tenants, their people, keys and use, and what was done to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


_FEW_LANGUAGES = ["de", "en", "es", "fr", "it", "pt"]
_HIGH = ["quality-basic", "quality-high", "profile"]
_PREMIUM = [*_HIGH, "quality-premium", "analytics"]
_PLANS = (
    ("free", 50, 30.0, "P2", ["quality-basic"], _FEW_LANGUAGES),
    ("pro", 500, 10.0, "P1", _HIGH, None),
    ("business", 5000, 5.0, "P0", _PREMIUM, None),
    ("enterprise", None, 3.0, "P0", [*_PREMIUM, "own-models"], None),
)


def _plans() -> None:
    """What a new installation offers; `hive accounts plan set` changes it."""
    plans = op.create_table(
        "voice_plans",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("messages_per_month", sa.Integer()),
        sa.Column("promised_s", sa.Float(), nullable=False),
        sa.Column("queue", sa.String(2), nullable=False),
        sa.Column("requests_per_minute", sa.Integer()),
        sa.Column("rights", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(none_as_null=True)),
    )
    columns = ("name", "messages_per_month", "promised_s", "queue", "rights", "languages")
    op.bulk_insert(plans, [dict(zip(columns, plan, strict=True)) for plan in _PLANS])


def upgrade() -> None:
    """From nothing."""
    _plans()
    op.create_table(
        "voice_tenants",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("plan", sa.String(32), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["plan"], ["voice_plans.name"], name="fk_voice_tenants_plan"),
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
        sa.Column("name", sa.String(64), nullable=False),
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
    op.create_table(
        "voice_usage",
        sa.Column("tenant", sa.String(24), primary_key=True),
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["voice_tenants.id"], name="fk_voice_usage_tenant", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "voice_audit",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("about", sa.String(80), nullable=False),
        sa.Column("tenant", sa.String(24)),
    )
    op.create_index("ix_voice_audit_at", "voice_audit", ["at"])


def downgrade() -> None:
    """Nobody is known any more."""
    for table in (
        "voice_audit",
        "voice_usage",
        "voice_keys",
        "voice_people",
        "voice_tenants",
        "voice_plans",
    ):
        op.drop_table(table)
