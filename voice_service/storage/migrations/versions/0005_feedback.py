"""What people say of messages, scores of messages, what is counted, and trials of settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SCORES = ("transcript_confidence", "translation_score", "signal_to_noise_db", "clipped_share")


def upgrade() -> None:
    """None so far; messages from before have no scores."""
    for score in SCORES:
        op.add_column("voice_messages", sa.Column(score, sa.Float()))
    _feedback()
    op.create_table(
        "voice_figures",
        sa.Column("begins_at", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total_ms", sa.Float(), nullable=False),
    )
    _trials()


def _feedback() -> None:
    op.create_table(
        "voice_feedback",
        sa.Column("message", sa.String(24), primary_key=True),
        sa.Column("rater", sa.String(24), primary_key=True),
        sa.Column("tenant", sa.String(24), nullable=False),
        sa.Column("person", sa.String(24)),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("sounds_like_me", sa.Boolean()),
        sa.Column("translation_correct", sa.Boolean()),
        sa.Column("issue", sa.String(24)),
        sa.Column("comment", sa.Text()),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message"], ["voice_messages.id"], name="fk_voice_feedback_message", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person"], ["voice_people.id"], name="fk_voice_feedback_person", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_voice_feedback_changed_at", "voice_feedback", ["changed_at"])


def _trials() -> None:
    op.create_table(
        "voice_trials",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("variants", sa.JSON(), nullable=False),
        sa.Column("metric", sa.String(16), nullable=False),
        sa.Column("alpha", sa.Float(), nullable=False),
        sa.Column("effect", sa.Float(), nullable=False),
        sa.Column("least_people", sa.Integer(), nullable=False),
        sa.Column("most_people", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("outcome", sa.JSON()),
        sa.Column("promoted", sa.String(32)),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float()),
    )
    op.create_table(
        "voice_exposures",
        sa.Column("trial", sa.String(24), primary_key=True),
        sa.Column("message", sa.String(24), primary_key=True),
        sa.Column("unit", sa.String(64), nullable=False),
        sa.Column("variant", sa.String(32), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["trial"], ["voice_trials.id"], name="fk_voice_exposures_trial", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message"], ["voice_messages.id"], name="fk_voice_exposures_message", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_voice_exposures_trial_unit", "voice_exposures", ["trial", "unit"])
    op.create_table(
        "voice_defaults",
        sa.Column("setting", sa.String(32), primary_key=True),
        sa.Column("value", sa.String(32), nullable=False),
        sa.Column("trial", sa.String(24), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
    )


def downgrade() -> None:
    """What was said and counted is lost; every setting is again as it was built."""
    for table in ("voice_defaults", "voice_exposures", "voice_trials", "voice_figures", "voice_feedback"):
        op.drop_table(table)
    for score in SCORES:
        op.drop_column("voice_messages", score)
