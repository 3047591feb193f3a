"""Voices of people's own: profiles, what they have agreed to, what was heard of them, and voices that resemble."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from voice_service.storage.tables import metadata

profiles = Table(
    "voice_profiles",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("tenant", String(24), ForeignKey("voice_tenants.id", ondelete="CASCADE"), nullable=False),
    Column("person", String(24), ForeignKey("voice_people.id", ondelete="CASCADE")),  # NULL: the tenant's own
    Column("name", String(120), nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("keep_days", Integer, nullable=False),  # after consent was given, or it was made
    Column("embedding", LargeBinary),  # float32, little-endian; NULL: nothing was heard yet
    Column("encoder", String(64), nullable=False),  # whose embedding it is; empty with it
    Column("speech_s", Float, nullable=False),
    Column("pitch_hz", Float),
    Column("brightness_hz", Float),
    Column("revision", Integer, nullable=False),  # so that of two changes at once none is lost
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False, index=True),
    Index("ix_voice_profiles_owner", "tenant", "person"),
)

consents = Table(
    "voice_consents",
    metadata,
    Column("id", String(24), primary_key=True),
    Column(
        "profile",
        String(24),
        ForeignKey("voice_profiles.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("key", String(24), nullable=False),  # it was asked for with
    Column("language", String(35), nullable=False),
    Column("wording", Text, nullable=False),  # the whole sentence, with the code in it
    Column("code", String(80), nullable=False),
    Column("asked_at", Float, nullable=False),
    Column("valid_until", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("given_at", Float),  # NULL: nobody has spoken it
)

samples = Table(
    "voice_profile_samples",
    metadata,
    Column("id", String(24), primary_key=True),
    Column(
        "profile",
        String(24),
        ForeignKey("voice_profiles.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("object", String(80), nullable=False),
    Column("speech_s", Float, nullable=False),
    Column("similarity", Float),  # to what was known before; NULL: nothing was
    Column("consent", String(24)),  # NULL: something else is said in it
    Column("created_at", Float, nullable=False),
)

resembling = Table(
    "voice_resembling",
    metadata,
    Column("profile", String(24), ForeignKey("voice_profiles.id", ondelete="CASCADE"), primary_key=True),
    Column("language", String(35), primary_key=True),
    Column("voice", Text, nullable=False),  # what synthesisers are asked for
    Column("similarity_before", Float, nullable=False),
    Column("similarity_after", Float, nullable=False),
    Column("level", String(16), nullable=False),  # of the profile, when it was found
    Column("found_at", Float, nullable=False),
)
