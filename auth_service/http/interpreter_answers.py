"""An organiser's interpreter as it is answered over HTTP; what its attributes say is checked."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, TypeGuard

from auth_service.dispatch.interpreters import Assigned
from auth_service.http.fields import timestamp
from auth_service.http.schemas import CapacityOut, ChannelOut, EncryptedOut, InterpreterOut
from auth_service.livekit_server import Agent
from protocol.abilities import Abilities, parse_abilities
from protocol.attributes import (
    ABILITIES,
    CAPACITY,
    CHANNELS,
    ENCRYPTED,
    LANGUAGES,
    PROFILE,
    STATE,
    TROUBLE,
    VOICES,
)


def interpreter_out(found: Assigned, installation: Abilities) -> InterpreterOut:
    """Raises nothing for what an interpreter says: it is another process, and may be of another version.

    Args:
        installation: what workers say that they can do; it counts while no interpreter is there.
    """
    plan, wish = found.plan, found.assignment.wish
    if not found.assignment.wanted:
        return _absent(installation)
    agent = plan.keep if plan.state == "present" else None
    attributes = {} if agent is None else agent.attributes
    offered = _texts(_json(attributes.get(LANGUAGES, "[]")))
    return InterpreterOut(
        state=plan.state,
        identity=None if agent is None else agent.identity,
        activity=attributes.get(STATE),
        since=None if agent is None else timestamp(agent.joined_at),
        languages=None if wish.languages is None else list(wish.languages),
        muted=list(wish.muted),
        glossary=wish.glossary,
        voices=wish.voices,
        speed=wish.speed,
        interprets=wish.interprets,
        consecutive=wish.consecutive,
        forbids_likeness=wish.forbids_likeness,
        applied=agent is not None and agent.wish == found.assignment.version,
        available_languages=_available(attributes, offered, installation),
        offered_languages=offered,
        available_voices=_voices(attributes.get(VOICES, "{}")),
        channels=[] if agent is None else _channels(agent),
        capacity=_capacity(attributes.get(CAPACITY, "")),
        encrypted=_encrypted(attributes.get(ENCRYPTED, "")),
        profile=attributes.get(PROFILE),
        trouble=attributes.get(TROUBLE, ""),
    )


def _available(attributes: Mapping[str, str], offered: list[str], installation: Abilities) -> list[str]:
    """What the interpreter says that it could do; one of an earlier version says what it offers alone."""
    able = parse_abilities(attributes.get(ABILITIES, ""))
    return list(able.read or ()) or offered or list(installation.read or ())


def _absent(installation: Abilities) -> InterpreterOut:
    return InterpreterOut(
        state="absent",
        identity=None,
        activity=None,
        since=None,
        languages=None,
        muted=[],
        glossary=None,
        voices={},
        speed=1.0,
        interprets={},
        consecutive=False,
        forbids_likeness=False,
        applied=False,
        available_languages=list(installation.read or ()),
        offered_languages=[],
        available_voices={},
        channels=[],
        capacity=None,
        encrypted=None,
        profile=None,
        trouble="",
    )


def _texts(read: Any) -> list[str]:
    """Attributes come from another process: what is not as it should be is left out."""
    return [text for text in read if isinstance(text, str)] if isinstance(read, list) else []


def _voices(text: str) -> dict[str, list[str]]:
    read = _json(text)
    voices = {code: _texts(names) for code, names in read.items()} if isinstance(read, dict) else {}
    return {code: names for code, names in voices.items() if names}


def _capacity(text: str) -> CapacityOut | None:
    read = _json(text)
    if not isinstance(read, dict):
        return None
    speakers, languages = read.get("speakers"), read.get("languages")
    if (
        not _count(speakers)
        or not isinstance(languages, list)
        or not languages
        or not all(map(_count, languages))
    ):
        return None
    return CapacityOut(speakers=speakers, languages=languages, given_up=_texts(read.get("given_up")))


def _encrypted(text: str) -> EncryptedOut | None:
    read = _json(text)
    if not isinstance(read, dict):
        return None
    speakers, everybody = _texts(read.get("speakers")), read.get("everybody") is True
    return EncryptedOut(everybody=everybody, speakers=speakers) if speakers or everybody else None


def _count(read: Any) -> TypeGuard[int]:
    return isinstance(read, int) and not isinstance(read, bool) and read > 0


def _channels(agent: Agent) -> list[ChannelOut]:
    read = _json(agent.attributes.get(CHANNELS, "{}"))
    channels = [_channel(language, told) for language, told in read.items()] if isinstance(read, dict) else []
    return [channel for channel in channels if channel is not None]


def _channel(language: str, told: Any) -> ChannelOut | None:
    """None for what no interpreter of ours says of a channel."""
    if not isinstance(told, dict):
        return None
    lag_s, listeners, state = told.get("lag_s", 0.0), told.get("listeners", 0), told.get("state", "open")
    if not isinstance(lag_s, (int, float)) or not math.isfinite(lag_s) or not isinstance(listeners, int):
        return None
    if state not in ("open", "muted", "lingering", "human"):
        return None
    return ChannelOut(language=language, listeners=listeners, lag_s=float(lag_s), state=state)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
