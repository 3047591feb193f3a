"""Jobs, and what has to be told of them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from voice_service.storage.tables import metadata

jobs = Table(
    "voice_jobs",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("tenant", String(24), ForeignKey("voice_tenants.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(24), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("rank", Float, nullable=False),  # the smaller, the sooner
    Column("status", String(12), nullable=False),
    Column("request", JSON, nullable=False),
    Column("request_fingerprint", String(64), nullable=False),
    Column("idempotency", String(64)),  # NULL: it has no name
    Column("sound", String(120), nullable=False),
    Column("webhook_url", String(2000), nullable=False),
    Column("result", JSON(none_as_null=True)),
    Column("error", JSON(none_as_null=True)),
    Column("progress", Float, nullable=False),
    Column("stage", String(24), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("counted_in", String(7)),  # month whose messages it is one of, e.g. "2026-11"; NULL: not counted
    Column("cancelled", Boolean, nullable=False),  # whoever does it is to stop
    Column("leased_by", String(24)),
    Column("leased_until", Float),
    Column("not_before", Float),  # it rests until then
    Column("created_at", Float, nullable=False),
    Column("started_at", Float),
    Column("ended_at", Float),
    UniqueConstraint("tenant", "idempotency", name="uq_voice_jobs_tenant_idempotency"),
    Index("ix_voice_jobs_status_rank", "status", "rank"),
    Index("ix_voice_jobs_tenant_created_at", "tenant", "created_at"),
)

deliveries = Table(
    "voice_deliveries",
    metadata,
    Column("job", String(24), ForeignKey("voice_jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Float, nullable=False, index=True),
    Column("leased_until", Float),
)
