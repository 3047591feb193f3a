"""The tables. Times are Unix seconds, so that every database keeps them alike; lists and objects are JSON.

A change here needs a migration in `migrations/versions`; a test compares the two. Names begin with `voice_`, since
services may share a database.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

tenants = Table(
    "voice_tenants",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("name", String(120), nullable=False, unique=True),
    Column("plan", String(32), nullable=False),
    Column("created_at", Float, nullable=False),
)

people = Table(
    "voice_people",
    metadata,
    Column("id", String(24), primary_key=True),
    Column(
        "tenant", String(24), ForeignKey("voice_tenants.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("name", String(120), nullable=False),
    Column("role", String(16), nullable=False),
    Column("created_at", Float, nullable=False),
)

keys = Table(
    "voice_keys",
    metadata,
    Column("id", String(24), primary_key=True),
    Column(
        "tenant", String(24), ForeignKey("voice_tenants.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("person", String(24), ForeignKey("voice_people.id", ondelete="CASCADE")),  # NULL: the tenant's own
    Column("fingerprint", String(64), nullable=False, unique=True),
    Column("name", String(60), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("used_at", Float),
    Column("withdrawn_at", Float),
)

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
