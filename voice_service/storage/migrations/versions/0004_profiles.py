"""Voices of people's own, and whose voice is in an object."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has one yet."""
    op.create_table(
        "voice_profiles",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("tenant", sa.String(24), nullable=False),
        sa.Column("person", sa.String(24)),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.Column("embedding", sa.LargeBinary()),
        sa.Column("encoder", sa.String(64), nullable=False),
        sa.Column("speech_s", sa.Float(), nullable=False),
        sa.Column("pitch_hz", sa.Float()),
        sa.Column("brightness_hz", sa.Float()),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["voice_tenants.id"], name="fk_voice_profiles_tenant", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person"], ["voice_people.id"], name="fk_voice_profiles_person", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_voice_profiles_owner", "voice_profiles", ["tenant", "person"])
    op.create_index("ix_voice_profiles_expires_at", "voice_profiles", ["expires_at"])
    op.create_table(
        "voice_consents",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("profile", sa.String(24), nullable=False),
        sa.Column("key", sa.String(24), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("asked_at", sa.Float(), nullable=False),
        sa.Column("valid_until", sa.Float(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.Float()),
        _of_profile("voice_consents"),
    )
    op.create_index("ix_voice_consents_profile", "voice_consents", ["profile"])
    op.create_table(
        "voice_profile_samples",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("profile", sa.String(24), nullable=False),
        sa.Column("object", sa.String(80), nullable=False),
        sa.Column("speech_s", sa.Float(), nullable=False),
        sa.Column("similarity", sa.Float()),
        sa.Column("consent", sa.String(24)),
        sa.Column("created_at", sa.Float(), nullable=False),
        _of_profile("voice_profile_samples"),
    )
    op.create_index("ix_voice_profile_samples_profile", "voice_profile_samples", ["profile"])
    op.create_table(
        "voice_resembling",
        sa.Column("profile", sa.String(24), primary_key=True),
        sa.Column("language", sa.String(35), primary_key=True),
        sa.Column("voice", sa.Text(), nullable=False),
        sa.Column("similarity_before", sa.Float(), nullable=False),
        sa.Column("similarity_after", sa.Float(), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("found_at", sa.Float(), nullable=False),
        _of_profile("voice_resembling"),
    )
    op.add_column("voice_objects", sa.Column("profile", sa.String(24)))
    op.create_index("ix_voice_objects_profile", "voice_objects", ["profile"])
    with op.batch_alter_table(
        "voice_remembered"
    ) as remembered:  # SQLite adds no foreign key to what is there
        remembered.add_column(sa.Column("profile", sa.String(24)))
        remembered.create_foreign_key(
            "fk_voice_remembered_profile", "voice_profiles", ["profile"], ["id"], ondelete="CASCADE"
        )
        remembered.create_index("ix_voice_remembered_profile", ["profile"])


def downgrade() -> None:
    """All voices are forgotten; what lies in the object store stays there until it expires."""
    with op.batch_alter_table("voice_remembered") as remembered:
        remembered.drop_index("ix_voice_remembered_profile")
        remembered.drop_constraint("fk_voice_remembered_profile", type_="foreignkey")
        remembered.drop_column("profile")
    op.drop_index("ix_voice_objects_profile", "voice_objects")
    op.drop_column("voice_objects", "profile")
    for table in ("voice_resembling", "voice_profile_samples", "voice_consents", "voice_profiles"):
        op.drop_table(table)


def _of_profile(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["profile"], ["voice_profiles.id"], name=f"fk_{table}_profile", ondelete="CASCADE"
    )
