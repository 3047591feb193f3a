"""Who fetches the interpreter begins a trace, as their page named it."""

from __future__ import annotations

from foundation.tracing import spans
from tests.auth_service.conftest import Api
from tests.foundation.tracing.test_spans import PAGES, told, tracing


async def test_an_invitation_is_the_span_that_the_page_named(api: Api) -> None:
    """With a page's header as that very span, without one as a trace of its own; the answer is the same."""
    room = await api.room()
    kept, provider = tracing(1.0)
    try:
        asked = f"/api/v1/rooms/{room.name}/interpreter"
        answers = [
            await api.client.put(asked, json={}, headers={**room.headers, **header})
            for header in ({"traceparent": PAGES}, {}, {"traceparent": "x" * 2000})
        ]
    finally:
        spans.use(None)
        provider.shutdown()

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert told(kept) == [("user_interaction", "", "hive.interaction=invite")] * 2
    named, own = (span.context for span in kept.get_finished_spans())
    assert f"{named.trace_id:032x}-{named.span_id:016x}" == PAGES[3:-3]
    assert own.trace_id != named.trace_id
