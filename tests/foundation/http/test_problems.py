from __future__ import annotations

import json

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from foundation.http.problems import (
    Problem,
    ProblemError,
    described,
    of_http_error,
    of_validation,
    overloaded,
    response,
)


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


def test_fields_that_are_wrong_are_named_and_not_quoted() -> None:
    """What somebody sent is not said again; at most twenty are told; a body that is no JSON is one thing."""
    wrong = [{"type": "missing", "loc": ("body", "a" * 300), "msg": "needed", "input": "secret"}] * 30
    problem = of_validation(RequestValidationError(wrong))
    assert (problem.status, problem.code, len(problem.more["problems"])) == (422, "invalid", 20)
    assert problem.more["problems"][0] == {"where": ("body." + "a" * 300)[:200], "problem": "needed"}
    assert "secret" not in problem.encoded().decode()
    broken = of_validation(RequestValidationError([{"type": "json_invalid", "loc": ("body", 1), "msg": "x"}]))
    assert (broken.status, broken.code) == (400, "bad_request")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (HTTPException(404), 404, "not_found"),
        (HTTPException(405), 405, "not_found"),
        (HTTPException(400), 400, "bad_request"),
        (ProblemError(overloaded("much", 2.0)), 503, "overloaded"),
    ],
)
def test_refusals_of_the_framework_have_the_same_form(error: HTTPException, status: int, code: str) -> None:
    problem = of_http_error(error)
    assert (problem.status, problem.code) == (status, code)
    answer = response(problem, {"x-a": "b"})
    assert (answer.status_code, answer.headers["x-a"]) == (status, "b")


def test_what_asks_to_close_and_to_show_a_key_says_so() -> None:
    assert Problem(413, "too_large", "x").headers()["connection"] == "close"
    assert Problem(401, "not_authorised", "x").headers()["www-authenticate"] == "Bearer"
    assert described({404: "Not there"})[404]["description"] == "Not there"
