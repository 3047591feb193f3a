"""The tables. Times are Unix seconds, so that every database keeps them alike; lists and objects are JSON.

A change here needs a migration in `migrations/versions`; a test compares the two. Names begin with `voice_`, since
services may share a database.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Integer, MetaData, String, Table, false

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

plans = Table(
    "voice_plans",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("messages_per_month", Integer),  # NULL: no bound
    Column("promised_s", Float, nullable=False),
    Column("queue", String(2), nullable=False),
    Column("requests_per_minute", Integer),  # NULL: as the settings say
    Column("rights", JSON, nullable=False),
    Column("languages", JSON(none_as_null=True)),  # NULL: all
)

tenants = Table(
    "voice_tenants",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("name", String(120), nullable=False, unique=True),
    Column("plan", String(32), ForeignKey("voice_plans.name"), nullable=False),
    Column("created_at", Float, nullable=False),
    # What the tenant has chosen of voice messages, see `messages.choices`:
    Column("keeps_messages", Boolean, nullable=False, server_default=false()),
    Column("remembers_messages", Boolean, nullable=False, server_default=false()),
    Column("translates_outside", Boolean, nullable=False, server_default=false()),
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
    Column("name", String(64), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("used_at", Float),
    Column("withdrawn_at", Float),
)

usage = Table(
    "voice_usage",
    metadata,
    Column("tenant", String(24), ForeignKey("voice_tenants.id", ondelete="CASCADE"), primary_key=True),
    Column("month", String(7), primary_key=True),  # of UTC, e.g. "2026-11"
    Column("used", Integer, nullable=False),
)

# No foreign keys: that a tenant was removed is known after it is gone. Ids alone, which then lead to nobody.
audit = Table(
    "voice_audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False, index=True),
    Column("who", String(80), nullable=False),
    Column("what", String(32), nullable=False),
    Column("about", String(80), nullable=False),
    Column("tenant", String(24)),  # NULL: of no tenant, e.g. a plan
)
