"""What a caption says of itself in the attributes of its text stream, written and read in one place.

docs/protocol.md explains each; the page reads the same in `web/src/logic/captions.ts` and checks the signature over
`SIGNED_ATTRIBUTES` in `web/src/logic/signatures.ts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from protocol.attributes import LANGUAGE
from protocol.codec import WireError

SEGMENT_ID: Final = "lk.segment_id"
FINAL: Final = "lk.transcription_final"
TRACK_SID: Final = "lk.transcribed_track_id"
TRANSLATED: Final = "translated"
SEGMENT: Final = "translator.segment"
SOURCE_LANGUAGE: Final = "translator.source_language"
COMMITTED: Final = "translator.committed"
START_MS: Final = "translator.start_ms"
END_MS: Final = "translator.end_ms"
NOTE: Final = "translator.note"
DOUBT: Final = "translator.doubt"
CONFIDENCE: Final = "translator.confidence"
HISTORY: Final = "translator.history"
LIKENESS: Final = "translator.likeness"
SIGNATURE: Final = "translator.signature"

SIGNED_ATTRIBUTES: Final = (
    SEGMENT_ID,
    FINAL,
    TRACK_SID,
    LANGUAGE,
    TRANSLATED,
    SEGMENT,
    SOURCE_LANGUAGE,
    COMMITTED,
    START_MS,
    END_MS,
    NOTE,
    DOUBT,
    CONFIDENCE,
    HISTORY,
    LIKENESS,
)
"""In the order in which they are signed; what else a stream carries proves nothing."""

_YES: Final = "true"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionAttributes:
    """All that a caption says beside its text."""

    segment: str
    """The same for the original and its translations, never used twice."""
    language: str
    source_language: str
    final: bool
    track_sid: str = ""
    """Of the speaker's microphone; empty while there is none."""
    committed: int
    """So many characters of the text, as Unicode counts them, will not change any more."""
    start_ms: int
    """When it was said, since the interpreter came."""
    end_ms: int
    translated: bool = False
    note: str = ""
    doubt: str = ""
    confidence: float | None = None
    """0…1, in hundredths."""
    history: bool = False
    likeness: bool = False
    """Whether it is spoken in a computed voice that resembles the speaker's."""

    @property
    def segment_id(self) -> str:
        """Names the segment in this language."""
        return f"{self.segment}/{self.language}"

    def written(self) -> dict[str, str]:
        """As a stream's attributes; what says nothing is left out."""
        attributes = {
            SEGMENT_ID: self.segment_id,
            FINAL: _YES if self.final else "false",
            TRACK_SID: self.track_sid,
            LANGUAGE: self.language,
            SEGMENT: self.segment,
            SOURCE_LANGUAGE: self.source_language,
            COMMITTED: str(self.committed),
            START_MS: str(self.start_ms),
            END_MS: str(self.end_ms),
        }
        optional = {
            TRANSLATED: _yes_if(self.translated),
            NOTE: self.note,
            DOUBT: self.doubt,
            CONFIDENCE: "" if self.confidence is None else f"{self.confidence:.2f}",
            HISTORY: _yes_if(self.history),
            LIKENESS: _yes_if(self.likeness),
        }
        return attributes | {name: value for name, value in optional.items() if value}

    @classmethod
    def read(cls, attributes: Mapping[str, str]) -> CaptionAttributes:
        """Raises WireError where something is missing or cannot be read; what is not known is left out."""
        try:
            confidence = attributes.get(CONFIDENCE, "")
            return cls(
                segment=attributes[SEGMENT],
                language=attributes[LANGUAGE],
                source_language=attributes[SOURCE_LANGUAGE],
                final=attributes[FINAL] == _YES,
                track_sid=attributes.get(TRACK_SID, ""),
                committed=int(attributes[COMMITTED]),
                start_ms=int(attributes[START_MS]),
                end_ms=int(attributes[END_MS]),
                translated=attributes.get(TRANSLATED) == _YES,
                note=attributes.get(NOTE, ""),
                doubt=attributes.get(DOUBT, ""),
                confidence=float(confidence) if confidence else None,
                history=attributes.get(HISTORY) == _YES,
                likeness=attributes.get(LIKENESS) == _YES,
            )
        except KeyError as error:
            raise WireError(f"a caption without {error.args[0]}") from error
        except ValueError as error:
            raise WireError("a caption with a number that is none") from error


def _yes_if(holds: bool) -> str:
    return _YES if holds else ""
