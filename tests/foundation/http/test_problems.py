from __future__ import annotations

import json

from foundation.http.problems import Problem


def test_a_problem_has_the_form_of_rfc_9457() -> None:
    """Type, title, status and detail as the standard names them; the code and what can be acted on beside them."""
    problem = Problem(429, "rate_limited", "Try later.", {"retry_after_s": 2.5})
    assert json.loads(problem.encoded()) == {
        "type": "urn:hive:problem:rate_limited",
        "title": "Rate limited",
        "status": 429,
        "detail": "Try later.",
        "code": "rate_limited",
        "retry_after_s": 2.5,
    }
    assert problem.headers() == {"content-type": "application/problem+json", "retry-after": "3"}


def test_a_problem_can_hold_any_text() -> None:
    """Also what no encoding has, as somebody may have sent it."""
    assert (
        json.loads(Problem(422, "bad_text", "half \ud800 a pair").encoded())["detail"] == "half \ud800 a pair"
    )
