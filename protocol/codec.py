"""Frozen classes as JSON objects and back: what is read is checked, what is written needs no second definition."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

M = TypeVar("M")


class WireError(ValueError):
    """A message that cannot be read; says what is wrong with it, never what it holds."""


class Codec(Generic[M]):
    """Writes the messages of one direction as JSON and reads them again."""

    def __init__(self, kinds: dict[str, type[Any]]) -> None:
        self._tags = {kind: tag for tag, kind in kinds.items()}
        self._readers = {tag: TypeAdapter(kind) for tag, kind in kinds.items()}

    def encode(self, message: M) -> str:
        """One message as JSON."""
        return json.dumps({"type": self._tags[type(message)], **asdict(message)})  # type: ignore[call-overload]

    def decode(self, text: str) -> M:
        """Reads one message.

        Raises:
            WireError: not JSON, not one of the messages of this direction, or a field that does not fit.
        """
        return self.read(self.parse(text))

    @staticmethod
    def parse(text: str) -> dict[str, Any]:
        """Raises WireError for what is not a JSON object."""
        try:
            tree = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise WireError("a message must be JSON") from error
        if not isinstance(tree, dict):
            raise WireError("a message must be a JSON object")
        return tree

    def read(self, tree: dict[str, Any]) -> M:
        """Reads a parsed message. Raises WireError."""
        tag = tree.get("type")
        reader = self._readers.get(tag) if isinstance(tag, str) else None
        if reader is None:
            raise WireError(f"`type` must be one of: {', '.join(self._readers)}")
        try:
            message: M = reader.validate_python({name: v for name, v in tree.items() if name != "type"})
        except ValidationError as error:
            raise WireError(complaints(error.errors(include_input=False, include_url=False))) from error
        return message


def complaints(errors: Any) -> str:
    """What pydantic found, in one line without the values themselves."""
    return "; ".join(
        ".".join(str(part).encode("ascii", "replace").decode()[:40] for part in error["loc"][:6])
        + f": {error['msg']}"
        for error in list(errors)[:5]
    )
