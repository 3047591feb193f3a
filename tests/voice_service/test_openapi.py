"""All calls against requests made up from their own description."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.voice_service.background import Background
from tests.voice_service.messaging import TRANSLATE, wav
from voice_service.http.app import create_app

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
EXAMPLES = 20
UNBOUNDED = 1_000_000
"""Requests a minute: what is refused for its number alone proves nothing."""


@schemathesis.serializer(
    "audio/wav",
    "audio/mpeg",
    "audio/mp4",
    "audio/flac",
    "audio/ogg",
    "audio/webm",
    "application/octet-stream",
)
def sound(_: Any, value: Any) -> bytes:
    """What is made up for a sound file is sent as it is."""
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Background]:
    with Background(tmp_path, requests_per_minute=UNBOUNDED, failures_per_minute=UNBOUNDED) as running:
        yield running


# The service's own thread masks what it sends on WebSockets with random numbers while cases are made up here.
@pytest.mark.filterwarnings(
    "ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning"
)
@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"]
)
def test_nothing_that_is_sent_breaks_the_service(service: Background, mode: GenerationMode) -> None:
    """By strangers and with a key; every answer is one that the description names, and none is a fault."""
    schema = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    query = {"target_language": "es"}
    headers = {**service.headers, "content-type": "audio/wav"}
    good = httpx.post(
        f"{service.url}{TRANSLATE}", params=query, content=wav(1.5), headers=headers, timeout=30
    )
    assert good.status_code == 200, good.text
    tried: list[str] = []
    reached: set[str] = set()

    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # an Err would fail right here
        reached.add(f"{operation.method.upper()} {operation.path}")
        with contextlib.suppress(Unsatisfiable):  # a call without parameters cannot be asked wrongly
            _fuzz(operation.as_strategy(generation_mode=mode), service.headers, good.json()["job_id"], tried)

    assert len(tried) > 10 * EXAMPLES
    assert reached == routes(service, described=True)
    assert httpx.get(f"{service.url}/health").status_code == 200


def routes(service: Background, *, described: bool) -> set[str]:
    """All that the application answers but the pages. `described`: those in the description, or those that are not."""
    within = [
        route
        for included in create_app(service.api.services).routes
        if (router := getattr(included, "original_router", None)) is not None
        for route in router.routes
        if isinstance(route, APIRoute)
    ]
    return {
        f"{method} {route.path}"
        for route in within
        if route.include_in_schema is described
        for method in route.methods or ()
    }


def test_no_call_is_left_out_of_the_description(service: Background) -> None:
    """But for second names of the same, and what is Prometheus'; so all are tried."""
    second = {name.replace("/api/v1/", "/") for name in routes(service, described=False)}
    assert second - routes(service, described=True) == {"GET /metrics"}


def _fuzz(cases: st.SearchStrategy[Case[Any]], key: dict[str, str], job: str, tried: list[str]) -> None:
    """Half of the cases are sent as a stranger would; some of the others with a real recording."""

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=cases, trusted=st.booleans(), real=st.booleans())
    def send(case: Case[Any], trusted: bool, real: bool) -> None:
        tried.append(case.method)
        if trusted and case.path_parameters and "job_id" in case.path_parameters:
            case.path_parameters["job_id"] = job
        if real and isinstance(case.body, bytes) and "json" not in (case.media_type or ""):
            case.body = wav(1.5)
        case.call_and_validate(headers=key if trusted else None, checks=CHECKS)

    send()
