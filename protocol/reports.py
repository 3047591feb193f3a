"""What the interpreter reports to people as a code with parameters, so that each client says it in its own words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from protocol.language import is_code

MOST_REPORTS: Final = 12
"""So many are told at once, the newest."""


class ReportCode(StrEnum):
    """What is missing. `docs/protocol.md` has for each whom it concerns and which parameters it has."""

    UNRECOGNISED = "unrecognised"
    """What the speaker speaks (`language`) cannot be recognised here."""
    NOT_HEARD = "not_heard"
    """Some of what the speaker said was lost."""
    OTHER_LANGUAGE = "other_language"
    """The speaker seems to speak `language`, and has said that they speak `other`."""
    TOO_LOUD = "too_loud"
    """The speaker's microphone is overdriven."""
    INTERRUPTED = "interrupted"
    """Interpreting the speaker failed, and begins anew."""
    WAITING = "waiting"
    """The speaker is not interpreted, as `count` others are already."""
    ENCRYPTED = "encrypted"
    """What the speaker, or everybody, says is encrypted; `translator.encrypted` has it."""
    NOT_TRANSLATED = "not_translated"
    """A clause of the speaker has no translation into `language`."""
    NOT_SPOKEN = "not_spoken"
    """A clause of the speaker was not spoken in `language`."""
    UNAVAILABLE = "unavailable"
    """`language` is not available."""
    NO_PLACE = "no_place"
    """`language` has no place, as `count` languages are in use."""
    NO_VOICE = "no_voice"
    """Nothing can be spoken in `language` at the moment."""
    CHANNEL_FAILED = "channel_failed"
    """The voice of `language` broke off, and begins anew."""
    VOICE_MISSING = "voice_missing"
    """The voice that was chosen for `language` is not there."""
    NO_LIKENESS = "no_likeness"
    """No voice that resembles the speaker's could be found for `language`, or for any where that is empty."""
    LIKENESS_FORBIDDEN = "likeness_forbidden"
    """The speaker wishes a voice that resembles theirs, and the organiser has forbidden them in this room."""
    FEW_SPEAKERS = "few_speakers"
    """The machine keeps up with `count` people who speak at once."""
    FEW_LANGUAGES = "few_languages"
    """The machine keeps up with `count` languages at once."""
    FEW_VOICES = "few_voices"
    """The machine has time for `count` languages with the better voices."""
    FAULT = "fault"
    """A part failed, and begins anew."""


LASTING: Final = frozenset(
    {
        ReportCode.UNRECOGNISED,
        ReportCode.ENCRYPTED,
        ReportCode.FEW_SPEAKERS,
        ReportCode.FEW_LANGUAGES,
        ReportCode.FEW_VOICES,
    }
)
"""These hold for as long as things are as they are; others are told for a while."""


@dataclass(frozen=True, slots=True)
class Report:
    """One thing that is missing; a parameter that a code does not have is empty, or 0."""

    code: ReportCode
    speaker: str = ""
    """Identity."""
    language: str = ""
    other: str = ""
    count: int = 0


def reports_attribute(reports: Iterable[Report]) -> str:
    """The newest of them as JSON, what is empty left out; what cannot be a language is not repeated to anybody."""
    told = [report for report in reports if all(map(is_code, filter(None, (report.language, report.other))))]
    return json.dumps(
        [{name: value for name, value in asdict(report).items() if value} for report in told[-MOST_REPORTS:]]
    )
