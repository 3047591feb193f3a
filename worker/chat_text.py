"""The text of a chat message: what of it can be translated, and what has to stay as it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.text.splitting import sentences

PIECE_CHARACTERS = 300
"""Translators are made for sentences; a longer one is cut."""

_KEPT = re.compile(
    r"((?:https?://|www\.)\S+"  # addresses of pages
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # of mail
    r"|`[^`\n]+`"  # code
    r"|[\r\n]+)"
)


@dataclass(frozen=True, slots=True)
class ChatPiece:
    """A part of a message; joined they are the message again."""

    text: str
    translatable: bool


def pieces(text: str, language: str) -> list[ChatPiece]:
    """Cuts a message at its lines and sentences, and around addresses and code."""
    found: list[ChatPiece] = []
    for at, part in enumerate(_KEPT.split(text)):
        if at % 2:
            found.append(ChatPiece(part, translatable=False))
        else:
            cut = sentences(part, PIECE_CHARACTERS, language)
            found.extend(ChatPiece(piece, has_words(piece)) for piece in cut)
    return found


def words_of(text: str) -> str:
    """What of a message is words, to tell its language by."""
    return " ".join(part for at, part in enumerate(_KEPT.split(text)) if at % 2 == 0)


def has_words(text: str) -> bool:
    """Whether anything in it could be translated: numbers and signs could not."""
    return any(character.isalpha() for character in text)


def joined(cut: Sequence[ChatPiece], translations: Sequence[str]) -> str:
    """The message with its translations put in, with the blanks that stood around each piece.

    Args:
        translations: one for each translatable piece, in order.
    """
    waiting = iter(translations)
    return "".join(_put_in(piece.text, next(waiting)) if piece.translatable else piece.text for piece in cut)


def _put_in(piece: str, translation: str) -> str:
    before = piece[: len(piece) - len(piece.lstrip())]
    after = piece[len(piece.rstrip()) :]
    # writing without blanks between sentences has none where another language needs one
    if not after and piece.rstrip()[-1:] in "。！？":
        after = " "
    return before + translation.strip() + after
