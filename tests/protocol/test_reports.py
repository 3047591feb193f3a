"""What people are told as codes."""

from __future__ import annotations

import json

import pytest

from protocol.reports import MOST_REPORTS, Report, ReportCode, reports_attribute


def test_a_report_is_what_of_it_is_not_empty() -> None:
    """As docs/protocol.md has it."""
    reports = [Report(ReportCode.FAULT), Report(ReportCode.WAITING, "anna", count=3)]
    assert json.loads(reports_attribute(reports)) == [
        {"code": "fault"},
        {"code": "waiting", "speaker": "anna", "count": 3},
    ]


@pytest.mark.parametrize("wrong", ["<script>", "not a language", "x" * 100])
def test_what_is_no_language_is_not_repeated(wrong: str) -> None:
    """It comes from somebody's attributes."""
    reports = [
        Report(ReportCode.UNAVAILABLE, language=wrong),
        Report(ReportCode.OTHER_LANGUAGE, "a", "es", wrong),
    ]
    assert reports_attribute(reports) == "[]"


def test_the_newest_are_told() -> None:
    """However many there are."""
    reports = [Report(ReportCode.WAITING, f"p{number}", count=1) for number in range(100)]
    told = json.loads(reports_attribute(reports))
    assert [report["speaker"] for report in told] == [f"p{n}" for n in range(100 - MOST_REPORTS, 100)]
