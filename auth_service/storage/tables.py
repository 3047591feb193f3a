"""The tables. Times are Unix seconds, so that every database keeps them alike; lists and objects are JSON.

A change here needs a migration in `migrations/versions`; a test compares the two.
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
    false,
    true,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

rooms = Table(
    "rooms",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("title", String(120), nullable=False),
    Column("languages", JSON(none_as_null=True)),
    Column("source_language", String(35), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("closed_at", Float),
    Column("chat", Boolean, nullable=False, server_default=false()),
    Column("locked", Boolean, nullable=False, server_default=false()),  # nobody new may join
    Column("lobby", Boolean, nullable=False, server_default=false()),  # who comes waits for an organiser
    Column("recording", Boolean, nullable=False, server_default=true()),  # pages may record what is heard
    Column(
        "encrypted", Boolean, nullable=False, server_default=false()
    ),  # end to end; its key is nowhere here
    Column("erased_at", Float),  # nothing is known of it any more, but whom to keep out
    Column("device", String(24), index=True),  # the paired device that made it for itself alone
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("room", String(63), ForeignKey("rooms.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("uses", Integer),  # NULL: unlimited
    Column("used", Integer, nullable=False),
    Column("revoked_at", Float),  # nobody comes by it, and nobody who came renews
    Column("shut_at", Float),  # nobody comes by it any more
    Column("name", String(60), nullable=False, server_default=""),  # what organisers tell it from others by
)

sessions = Table(
    "sessions",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("identity", String(64), nullable=False, unique=True),
    Column("room", String(63), ForeignKey("rooms.name", ondelete="CASCADE"), nullable=False),
    Column(
        "invitation", String(24), ForeignKey("invitations.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("role", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("ends_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("name_salt", String(32)),  # hashed with the name into the identity
    Column("organiser_at", Float),  # since when they organise whom an organiser made one; NULL: nobody did
    Index("ix_sessions_room_ended_at", "room", "ended_at"),
    Index("ix_sessions_ended_at", "ended_at"),
)

waiting = Table(
    "waiting",
    metadata,
    Column("fingerprint", String(64), primary_key=True),  # of the secret that becomes the session's
    Column("id", String(24), nullable=False, unique=True),  # what organisers name it by
    Column("room", String(63), ForeignKey("rooms.name", ondelete="CASCADE"), nullable=False, index=True),
    Column(
        "invitation", String(24), ForeignKey("invitations.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("role", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("wishes", JSON, nullable=False),  # speak, listen, captions
    Column("asked_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),  # when they last asked whether they may come in
    Column("ends_at", Float, nullable=False),
    Column("answer", String(8)),  # NULL: none yet; admitted or refused
)

recordings = Table(
    "recordings",
    metadata,
    Column("id", String(24), primary_key=True),  # its files lie in a folder of that name
    Column("room", String(63), ForeignKey("rooms.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("started_at", Float, nullable=False),
    Column("stopped_at", Float),  # NULL: it is being made
    Column("egress", String(64)),  # what makes the picture, as the media server names it
)

ratings = Table(
    "ratings",
    metadata,
    Column("id", String(64), primary_key=True),  # a hash of whose, and of what: nobody is named
    Column("room", String(63), ForeignKey("rooms.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Float, nullable=False, index=True),
    Column("about", String(16), nullable=False),
    Column("source_language", String(35), nullable=False),
    Column("target_language", String(35), nullable=False),
    Column("good", Boolean, nullable=False),
    Column("reason", String(24)),
    Column("words", String(1000)),  # NULL: whoever rated it did not want them sent
    Column("profile", String(64), nullable=False),
)

pairing_codes = Table(
    "pairing_codes",
    metadata,
    Column("fingerprint", String(64), primary_key=True),  # keyed: a code is too short for a hash alone
    Column("owner", String(24), nullable=False, index=True),  # empty: the operator
    Column("expires_at", Float, nullable=False, index=True),
)

devices = Table(
    "devices",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("fingerprint", String(64), nullable=False, unique=True),  # of its token
    Column("owner", String(24), nullable=False, index=True),  # empty: the operator
    Column("name", String(64), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("used_at", Float, nullable=False),
    Column("ends_at", Float, nullable=False, index=True),
    Column("withdrawn_at", Float),
)

workers = Table(
    "workers",
    metadata,
    Column("id", String(16), primary_key=True),  # made up anew with each start
    Column("abilities", JSON, nullable=False),
    Column("profile", String(16), nullable=False, server_default=""),  # empty: it has not said it
    Column("told_at", Float, nullable=False),
)

interpreters = Table(
    "interpreters",
    metadata,
    Column("room", String(63), ForeignKey("rooms.name", ondelete="CASCADE"), primary_key=True),
    Column("wanted", Boolean, nullable=False),
    Column("wish", JSON, nullable=False),  # languages, muted, glossary, voices: the job's metadata
    Column("version", Integer, nullable=False),  # of the wish
    Column("told", Integer, nullable=False),  # the version that the interpreter has acknowledged
    Column("changed_at", Float, nullable=False),  # 0: nobody invited or to be seen off
    Column("dispatch", String(64)),
    Column("dispatched_at", Float),
    Column("failures", Integer, nullable=False),  # dispatches in a row that brought nothing that stayed
    Column("claimed_by", String(32)),
    Column("claimed_until", Float),  # compared only for whether it changes
)
