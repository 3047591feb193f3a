"""The keys of an installation that was given none: made once, at random, readable by their owner alone."""

from __future__ import annotations

import hmac
import json
import os
import secrets
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import SecretStr, TypeAdapter, ValidationError

from config.cache import cache_directory
from config.exposure import PUBLISHED
from config.settings import Settings
from stack.errors import StackError

FILE: Final = "keys.json"
_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """Of one installation."""

    livekit_key: str
    livekit_secret: str
    auth_secret: str
    """Signs links: they outlive a restart because the file does."""
    turn_secret: str

    @property
    def voice_secret(self) -> str:
        """Signs tokens of the voice API. Derived: installations that are older than that API have the same file."""
        return hmac.digest(self.auth_secret.encode(), b"hive voice.secret", "sha256").hex()

    def __repr__(self) -> str:
        return f"Keys({self.livekit_key!r}, …)"


def with_own_keys(settings: Settings, cache: Path | None = None) -> Settings:
    """The settings with this installation's own keys in place of the published ones; others stay.

    Whoever was given keys is asked for them by the token service; where they are made here nobody knows them, and
    whoever reaches it on this machine may create rooms.

    Raises:
        StackError: the file with the keys cannot be read or written.
    """
    livekit, auth, turn, voice = settings.livekit, settings.auth, settings.turn, settings.voice
    given = (livekit.api_secret, auth.secret, turn.secret, voice.secret)
    if not any(map(_is_published, given)):
        return settings
    keys = own(cache or cache_directory())
    if _is_published(livekit.api_secret):
        livekit = replace(livekit, api_key=keys.livekit_key, api_secret=SecretStr(keys.livekit_secret))
        if auth.open_rooms is None and not auth.operator_key.get_secret_value():
            auth = replace(auth, open_rooms=True)
    return replace(
        settings,
        livekit=livekit,
        auth=replace(auth, secret=_own_instead(auth.secret, keys.auth_secret)),
        turn=replace(turn, secret=_own_instead(turn.secret, keys.turn_secret)),
        voice=replace(voice, secret=_own_instead(voice.secret, keys.voice_secret)),
    )


def _own_instead(given: SecretStr, own_secret: str) -> SecretStr:
    return SecretStr(own_secret) if _is_published(given) else given


def own(cache: Path) -> Keys:
    """The keys in a directory; made now if there are none. Two that make them at once get the same.

    Raises:
        StackError: they cannot be read or written, or others may read them.
    """
    place = cache / FILE
    try:
        if not place.exists():
            _make(place)
        mode = place.stat().st_mode
        text = place.read_text(encoding="utf-8")
    except OSError as error:
        raise StackError(f"the keys of this installation in {place}: {error.strerror}") from error
    if mode & 0o077:
        raise StackError(f"others may read the keys in {place}: remove the file, and new ones are made")
    try:
        return TypeAdapter(Keys).validate_json(text)
    except ValidationError as error:
        raise StackError(f"{place} is damaged: remove it, and new keys are made") from error


def _make(place: Path) -> None:
    """Puts a whole file into place, unless somebody else was quicker."""
    place.parent.mkdir(parents=True, exist_ok=True)
    keys = Keys(
        "API" + secrets.token_hex(6),
        secrets.token_hex(_BYTES),
        secrets.token_hex(_BYTES),
        secrets.token_hex(_BYTES),
    )
    descriptor, fresh = tempfile.mkstemp(prefix=".keys-", dir=place.parent)  # 0600 from the first moment on
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps(asdict(keys)) + "\n")
        try:
            os.link(fresh, place)
        except FileExistsError:
            return
    finally:
        Path(fresh).unlink()


def _is_published(secret: SecretStr) -> bool:
    return secret.get_secret_value() in PUBLISHED
