"""What is kept of voice messages: their history, the sound behind links, and what answers a repeated one."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from voice_service.storage.tables import metadata

messages = Table(
    "voice_messages",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("tenant", String(24), ForeignKey("voice_tenants.id", ondelete="CASCADE"), nullable=False),
    Column("person", String(24)),  # NULL: asked with a key of the tenant itself
    Column("key", String(24), nullable=False),
    Column("status", String(16), nullable=False),
    Column("source_language", String(35)),
    Column("target_language", String(35), nullable=False),
    Column("original_text", Text),  # NULL: the tenant does not want it kept
    Column("translated_text", Text),
    Column("input_object", String(80)),
    Column("output_object", String(80)),
    Column("duration_s", Float, nullable=False),
    Column("voice_similarity", Float),
    Column("processing_time_ms", Float, nullable=False),
    Column("cached", Boolean, nullable=False),
    Column("translated_by", String(120), nullable=False),
    Column("error", String(64)),  # the code of a problem
    Column("cache_keys", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("completed_at", Float),
    # How good it is likely to be; NULL: not measured. See `messages.records.MessageScores`.
    Column("transcript_confidence", Float),
    Column("translation_score", Float),
    Column("signal_to_noise_db", Float),
    Column("clipped_share", Float),
    Index("ix_voice_messages_history", "tenant", "created_at", "id"),
    Index("ix_voice_messages_created_at", "created_at"),
)

objects = Table(
    "voice_objects",
    metadata,
    Column("name", String(80), primary_key=True),
    # No foreign key: the object outlives its tenant until it is deleted, and must be found for that.
    Column("tenant", String(24), nullable=False, index=True),
    Column("media_type", String(64), nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False, index=True),
    # Whose voice of their own is in it, recorded or made; NULL: nobody's. No foreign key, as above.
    Column("profile", String(24), index=True),
)

remembered = Table(
    "voice_remembered",
    metadata,
    Column("key", String(64), primary_key=True),
    Column(
        "tenant", String(24), ForeignKey("voice_tenants.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("object", String(80), nullable=False),
    Column("expires_at", Float, nullable=False, index=True),
    Column("profile", String(24), ForeignKey("voice_profiles.id", ondelete="CASCADE"), index=True),
)
