"""A voice message is one trace: heard, translated, spoken, and carried on to the services that it asks."""

from __future__ import annotations

import base64

from config.settings import Settings
from foundation.tracing import spans
from tests.auth_service.conftest import WallClock
from tests.fakes.engines import ScriptedTranslator, ToneSynthesizer
from tests.fakes.recognition_service import ScriptedRecognition
from tests.foundation.tracing.test_spans import tracing
from tests.voice_service.messaging import TRANSLATE, messaging, wav
from tests.voice_service.test_messages import ANSWERS, SAID


async def test_a_message_is_one_trace(settings: Settings, clock: WallClock) -> None:
    """All that is done for it hangs below what its sender did, and says nothing of what was said."""
    translator, tones = ScriptedTranslator(ANSWERS), ToneSynthesizer({"es": 440.0})
    kept, provider = tracing(1.0)
    try:
        async with messaging(settings, ScriptedRecognition(SAID).app(), translator, tones, clock) as api:
            headers = await api.tenant("acme")
            body = {
                "audio": base64.b64encode(wav(3.0)).decode(),
                "audio_format": "wav",
                "source_language": None,
                "target_language": "es",
            }
            response = await api.client.post(TRANSLATE, json=body, headers=headers)
            assert response.status_code == 200, response.text
    finally:
        spans.use(None)
        provider.shutdown()

    found = {span.name: span for span in kept.get_finished_spans()}
    first = found["user_interaction"]
    assert dict(first.attributes or {}) == {"hive.interaction": "message"}
    below = {name: next(above.name for above in found.values() if above.context.span_id == span.parent.span_id)
             for name, span in found.items() if span.parent is not None}  # fmt: skip
    assert below == {
        "stt_processing": "user_interaction",
        "stt_processing.preprocessing": "stt_processing",
        "translation": "user_interaction",
        "synthesis": "user_interaction",
    }
    told = " ".join(str(dict(span.attributes or {})) for span in found.values())
    assert [word for word in SAID.strip(".").split() if word in told] == []
