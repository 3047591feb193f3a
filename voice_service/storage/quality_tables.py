"""What people say of messages, what is counted, and trials of settings."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from voice_service.storage.tables import metadata

feedback = Table(
    "voice_feedback",
    metadata,
    # What is said of a message goes when the message goes.
    Column("message", String(24), ForeignKey("voice_messages.id", ondelete="CASCADE"), primary_key=True),
    Column("rater", String(24), primary_key=True),  # the person, or the key where it is the tenant's own
    Column("tenant", String(24), nullable=False),
    Column("person", String(24), ForeignKey("voice_people.id", ondelete="CASCADE")),
    Column("rating", Integer, nullable=False),
    Column("sounds_like_me", Boolean),
    Column("translation_correct", Boolean),
    Column("issue", String(24)),
    Column("comment", Text),
    Column("created_at", Float, nullable=False),
    Column("changed_at", Float, nullable=False, index=True),
)

figures = Table(
    "voice_figures",
    metadata,
    # Sums of all processes: each adds its own.
    Column("begins_at", Integer, primary_key=True),  # of the stretch of time
    Column("name", String(80), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("total_ms", Float, nullable=False),
)

trials = Table(
    "voice_trials",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("variants", JSON, nullable=False),  # the first one is what is there now
    Column("metric", String(16), nullable=False),
    Column("alpha", Float, nullable=False),
    Column("effect", Float, nullable=False),
    Column("least_people", Integer, nullable=False),  # of each variant, before anything is told
    Column("most_people", Integer, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("status", String(12), nullable=False),
    Column("outcome", JSON(none_as_null=True)),
    Column("promoted", String(32)),
    Column("created_at", Float, nullable=False),
    Column("ended_at", Float),
)

exposures = Table(
    "voice_exposures",
    metadata,
    Column("trial", String(24), ForeignKey("voice_trials.id", ondelete="CASCADE"), primary_key=True),
    Column("message", String(24), ForeignKey("voice_messages.id", ondelete="CASCADE"), primary_key=True),
    Column("unit", String(64), nullable=False),  # whoever it was, as a hash with the trial's salt
    Column("variant", String(32), nullable=False),
    Column("at", Float, nullable=False),
    Index("ix_voice_exposures_trial_unit", "trial", "unit"),
)

defaults = Table(
    "voice_defaults",
    metadata,
    Column("setting", String(32), primary_key=True),
    Column("value", String(32), nullable=False),
    Column("trial", String(24), nullable=False),
    Column("at", Float, nullable=False),
)
