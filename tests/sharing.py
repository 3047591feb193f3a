"""How tests share a machine when several processes run them: file by file, and one demanding file at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xdist.scheduler import LoadFileScheduling

ROOT: Final = Path(__file__).parent.parent

DEMANDING: Final = frozenset(
    {
        "tests/browser/test_meeting_lengths.py",
        "tests/browser/test_microphone.py",
        "tests/browser/test_real_interpreter.py",
        "tests/browser/test_recording.py",
        "tests/browser/test_tab_sound.py",
        "tests/extension/test_listening.py",
        "tests/extension/test_real_call.py",
        "tests/extension/test_speaking.py",
        "tests/extension/test_troubles.py",
        "tests/live/test_crowd.py",
        "tests/live/test_load.py",
        "tests/live/test_rolling_update.py",
        "tests/live/test_several.py",
        "tests/live/test_speech_service_restart.py",
        "tests/live/test_unmodified_client.py",
        "tests/scripts/test_package.py",
    }
)
"""Rooms with real engines, many speakers or an hour of captions, and levels that a gap in the sound would change."""

LONG: Final = frozenset(
    {
        "tests/auth_service/test_openapi.py",
        "tests/auth_service/test_reconcile.py",
        "tests/browser/test_logic.py",
        "tests/cli/test_hive.py",
        "tests/pipeline/engines/recognition/test_sphinx.py",
        "tests/pipeline/engines/recognition/test_whisper_files.py",
        "tests/pipeline/engines/recognition/test_whisper_real.py",
        "tests/pipeline/engines/translation/test_apertium.py",
        "tests/speech_service/test_files_real.py",
        "tests/voice_service/test_accounts_for_real.py",
        "tests/voice_service/test_messages.py",
        "tests/voice_service/test_openapi.py",
    }
)
"""Begun last, one of them would be waited for alone."""

ALONE: Final = "demanding"


def later(nodeid: str) -> bool:
    """Whether a test need not be among the first."""
    return nodeid.partition("::")[0] not in DEMANDING | LONG


class Sharing(LoadFileScheduling):  # type: ignore[misc]  # of xdist, which has no types
    """Hands whole files to whichever process is free, those that are `DEMANDING` one after another to one of them."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return ALONE if file in DEMANDING else file
