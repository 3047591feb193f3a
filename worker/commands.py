"""Wishes by chat, for clients with no language picker: what a message asks for, and what is answered. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from protocol.attributes import CAPTIONS, LISTEN, SPEAK
from protocol.language import is_code, served_by
from worker.listeners import AUTO, OFF

MAX_CHARACTERS = 200
"""Longer messages are no commands."""

HELP = (
    "/translate es: hear and read Spanish. /translate es captions: read it only. /translate off: originals only. "
    "/speak fr: say that you speak French. Available: {languages}"
)


@dataclass(frozen=True, slots=True)
class CommandReply:
    """What a command changes, as attributes, and what is answered to whoever wrote it."""

    text: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def answer(message: str, offered: Sequence[str]) -> CommandReply | None:
    """Understands one chat message; None if it is not meant for the interpreter."""
    words = message.split() if len(message) <= MAX_CHARACTERS else []
    if not words:
        return None
    match words[0].casefold():
        case "/translate":
            return _translate([word.casefold() for word in words[1:]], offered)
        case "/speak":
            return _speak([word.casefold() for word in words[1:]], offered)
        case _:
            return None


def _translate(words: Sequence[str], offered: Sequence[str]) -> CommandReply:
    match words:
        case ["off"]:
            return CommandReply(
                "Translation is off; you hear and read originals only.", {LISTEN: OFF, CAPTIONS: OFF}
            )
        case [code] | [code, "captions"] if is_code(code):
            language = served_by(code, offered)
            if language is None:
                return _unknown(code, offered)
            if len(words) == 2:
                return CommandReply(f"You read {language}.", {LISTEN: OFF, CAPTIONS: language})
            return CommandReply(f"You hear and read {language}.", {LISTEN: language, CAPTIONS: language})
        case _:
            return CommandReply(HELP.format(languages=_listed(offered)))


def _speak(words: Sequence[str], offered: Sequence[str]) -> CommandReply:
    match words:
        case [code] if code == AUTO or is_code(code):
            language = AUTO if code == AUTO else (served_by(code, offered) or code)
            return CommandReply(f"You speak {language}.", {SPEAK: language})
        case _:
            return CommandReply(HELP.format(languages=_listed(offered)))


def _unknown(code: str, offered: Sequence[str]) -> CommandReply:
    return CommandReply(f"{code} is not available. Available: {_listed(offered)}")


def _listed(offered: Sequence[str]) -> str:
    return ", ".join(offered) or "nothing yet"
