"""Captions, translations of chat and statements that prove to come from the interpreter: each stream is signed, as
docs/protocol.md writes it down.

Any participant that may send data can open a text stream with any attributes; only who holds the key that the
interpreter names in its own attributes can sign one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol.captions import SIGNATURE, SIGNED_ATTRIBUTES
from protocol.chat import SIGNED_ATTRIBUTES as SIGNED_OF_CHAT
from protocol.statements import base64url, netstrings

PURPOSE = "HIVE caption 1"
"""Begins what is signed: a signature made for anything else is none for a caption."""

CHAT_PURPOSE = "HIVE chat 1"

BYTE_ORDER_MARK = "\ufeff"
"""Left out of what is signed: browsers drop it where a piece of a stream begins with it."""


def statement(speaker: str, text: str, attributes: Mapping[str, str]) -> bytes:
    """What is signed of a caption: netstrings of the purpose, the speaker, the text and the attributes.

    An attribute that is absent counts as empty.
    """
    return _statement(PURPOSE, speaker, text, attributes, SIGNED_ATTRIBUTES)


def chat_statement(writer: str, text: str, attributes: Mapping[str, str]) -> bytes:
    """The same of the translation of somebody's chat message."""
    return _statement(CHAT_PURPOSE, writer, text, attributes, SIGNED_OF_CHAT)


class CaptionKey:
    """The key pair of one interpreter in one room; it is never written anywhere and ends with the process."""

    def __init__(self, private: Ed25519PrivateKey | None = None) -> None:
        self._private = private or Ed25519PrivateKey.generate()
        self.public = base64url(self._private.public_key().public_bytes_raw())
        """32 bytes in base64url without padding."""

    def signed(self, speaker: str, text: str, attributes: Mapping[str, str]) -> dict[str, str]:
        """The attributes of a stream in the name of `speaker`, with their signature."""
        return self._with_signature(attributes, statement(speaker, text, attributes))

    def signed_chat(self, writer: str, text: str, attributes: Mapping[str, str]) -> dict[str, str]:
        """The same of the translation of a message that `writer` wrote."""
        return self._with_signature(attributes, chat_statement(writer, text, attributes))

    def signature(self, stated: bytes) -> str:
        """The public key and its signature of a statement, which begins with its purpose."""
        return f"{self.public}.{base64url(self._private.sign(stated))}"

    def _with_signature(self, attributes: Mapping[str, str], stated: bytes) -> dict[str, str]:
        return {**attributes, SIGNATURE: self.signature(stated)}


def _statement(
    purpose: str, sender: str, text: str, attributes: Mapping[str, str], names: Iterable[str]
) -> bytes:
    signed = (attributes.get(name, "") for name in names)
    return netstrings([purpose, sender, text.replace(BYTE_ORDER_MARK, ""), *signed])
