"""Profiles as they are answered, in JSON."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel

from voice_service.messages.shapes import WarningAnswer, warnings_of
from voice_service.profiles.profiles import SampleTaken
from voice_service.profiles.records import (
    RESEMBLING,
    ConsentAsked,
    ConsentGiven,
    FoundVoice,
    ProfileLevel,
    VoiceProfile,
    VoiceType,
    voice_type_of,
)
from voice_service.profiles.wordings import agrees_to_cloning


class ConsentAnswer(BaseModel):
    """That its owner has agreed."""

    given_at: str
    by_key: str
    """Id of the key that it was asked for with."""
    language: str
    wording: str
    """What was read aloud."""
    cloning: bool
    """Whether they agreed to a clone of their voice as well."""


class FoundVoiceAnswer(BaseModel):
    """A voice that speaks for the profile in one language."""

    language: str
    method: str
    """ "resembling": a mix of voices of the house that lies near. Nothing is cloned."""
    voice: str
    """The mix."""
    similarity_before: float
    """Of the nearest voice that has a name, with the profile."""
    similarity_after: float
    """Of this one."""
    found_at: str


class ProfileAnswer(BaseModel):
    """A voice of one's own."""

    id: str
    user_id: str | None
    """Whose it is; null: the tenant's own."""
    name: str
    default: bool
    level: ProfileLevel
    """short, basic (from 10 s of speech), refined (50 s), expert (3 min)."""
    speech_seconds: float
    """How much speech was heard."""
    samples: int
    pitch_hz: float | None
    voice_type: VoiceType | None
    brightness: float | None
    """Mean spectral centroid of voiced sound, Hz."""
    embedding_engine: str | None
    """What measured the voice; null: nothing was heard yet."""
    consent: ConsentAnswer | None
    """Null: nobody has agreed yet, and the profile cannot be used."""
    voices: list[FoundVoiceAnswer]
    created_at: str
    updated_at: str
    expires_at: str


class ProfilesAnswer(BaseModel):
    """One's own voices, the oldest first."""

    profiles: list[ProfileAnswer]


class ConsentAskedAnswer(BaseModel):
    """A sentence to be read aloud, for `consent` of a sample."""

    consent_id: str
    voice_profile_id: str
    language: str
    text: str
    """The whole of it is to be read."""
    code: str
    """The words of it that are new each time."""
    valid_until: str


class SampleAnswer(BaseModel):
    """The sample is part of the profile now."""

    profile: ProfileAnswer
    speech_seconds: float
    """In this sample."""
    similarity: float | None
    """To what was known before; null: nothing was."""
    warnings: list[WarningAnswer]


def profile_answer(profile: VoiceProfile) -> ProfileAnswer:
    """As it is sent."""
    known = profile.print
    return ProfileAnswer(
        id=profile.id,
        user_id=profile.owner.person,
        name=profile.name,
        default=profile.is_default,
        level=profile.level,
        speech_seconds=round(profile.speech_s, 2),
        samples=profile.samples,
        pitch_hz=round(known.pitch_hz, 1) if known and known.pitch_hz else None,
        voice_type=voice_type_of(None if known is None else known.pitch_hz),
        brightness=round(known.brightness_hz, 1) if known and known.brightness_hz else None,
        embedding_engine=None if known is None else known.encoder,
        consent=None if profile.consent is None else _consent(profile.consent),
        voices=[found_answer(found) for found in profile.voices],
        created_at=iso(profile.created_at),
        updated_at=iso(profile.updated_at),
        expires_at=iso(profile.expires_at),
    )


def asked_answer(asked: ConsentAsked) -> ConsentAskedAnswer:
    """As it is sent."""
    return ConsentAskedAnswer(
        consent_id=asked.id,
        voice_profile_id=asked.profile,
        language=asked.language,
        text=asked.wording,
        code=" ".join(asked.code),
        valid_until=iso(asked.valid_until),
    )


def sample_answer(taken: SampleTaken) -> SampleAnswer:
    """As it is sent."""
    return SampleAnswer(
        profile=profile_answer(taken.profile),
        speech_seconds=round(taken.speech_s, 2),
        similarity=taken.similarity,
        warnings=warnings_of(taken.warnings),
    )


def found_answer(found: FoundVoice) -> FoundVoiceAnswer:
    """As it is sent."""
    return FoundVoiceAnswer(
        language=found.language,
        method=RESEMBLING,
        voice=found.voice,
        similarity_before=round(found.similarity_before, 4),
        similarity_after=round(found.similarity_after, 4),
        found_at=iso(found.found_at),
    )


def _consent(given: ConsentGiven) -> ConsentAnswer:
    return ConsentAnswer(
        given_at=iso(given.at),
        by_key=given.by_key,
        language=given.language,
        wording=given.wording,
        cloning=agrees_to_cloning(given.language, given.wording),
    )


def iso(unix_s: float) -> str:
    """As "2026-11-21T09:30:02.123Z"."""
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
