"""Chinese words come in one script, by the speaker's language code."""

from __future__ import annotations

import pytest

from pipeline.events import Word
from pipeline.text.chinese_script import in_one_script

MIXED = "感谢你們來參加这次會議"


@pytest.mark.parametrize(
    ("language", "said", "written"),
    [
        ("zh", MIXED, "感谢你们来参加这次会议"),
        ("zh-CN", "乾淨的水", "干净的水"),
        ("zh-Hans-TW", MIXED, "感谢你们来参加这次会议"),
        ("cmn", "車站", "车站"),
        ("zh-TW", MIXED, "感謝你們來參加這次會議"),
        ("zh_HK", "车站", "車站"),
        ("zh-Hant", "国家", "國家"),
        ("zh", "Zoom 會議 2000", "Zoom 会议 2000"),
        ("ja", "會議 東京", "會議 東京"),
        ("yue", "會議", "會議"),
        ("en", "meeting", "meeting"),
    ],
)
def test_words_are_written_in_the_script_of_their_code(language: str, said: str, written: str) -> None:
    """Only Chinese changes; positions stay."""
    (word,) = in_one_script([Word(said, 10, 20)], language)
    assert word == Word(written, 10, 20)
