"""`/voices`: who can speak, what is known of them, and how they sound."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import cast

import av
import httpx
import pytest
import pytest_asyncio

from config.settings import Settings
from pipeline.engines.protocols import EngineInfo, Synthesizer, Voice
from pipeline.engines.synthesis.voice_facts import NOTHING, VoiceFacts, facts
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.voices import ScriptedVoices
from tests.voice_service.speech import asking, speaking
from voice_service.speech.voices import Tier, VoiceDirectory


@pytest.mark.parametrize(
    ("engine", "voice", "known"),
    [
        ("kokoro", "bf_emma", VoiceFacts("Emma", "British")),
        ("kokoro", "am_adam", VoiceFacts("Adam", "American")),
        ("kokoro", "pf_dora", VoiceFacts("Dora", "Brazilian")),
        ("kokoro", "zf_xiaobei", VoiceFacts("Xiaobei")),
        (
            "kokoro",
            "af",
            VoiceFacts("Bella and Sarah", "American", "Half Bella and half Sarah, mixed into one voice."),
        ),
        ("kokoro", "own_voice", NOTHING),
        ("piper", "es_ES-davefx-medium", VoiceFacts("Davefx", "Castilian")),
        ("piper", "en_US-libritts_r-medium#3", VoiceFacts("Libritts r 4", "American")),
        ("piper", "my-own", NOTHING),
        ("another", "bf_emma", NOTHING),
    ],
)
def test_nothing_is_said_of_a_voice_that_is_not_known(engine: str, voice: str, known: VoiceFacts) -> None:
    """What a name tells by its engine's scheme is said, and what the table holds."""
    assert facts(engine, voice) == known


@pytest_asyncio.fixture
async def tones() -> ToneSynthesizer:
    return ToneSynthesizer({"es": 440.0, "fr": 660.0})


@pytest_asyncio.fixture
async def listener(settings: Settings, tones: ToneSynthesizer) -> AsyncIterator[httpx.AsyncClient]:
    async with speaking(settings, tones) as services, asking(services) as client:
        yield client


async def test_voices_are_listed_for_all_languages_and_for_one(listener: httpx.AsyncClient) -> None:
    """Each language's default first; what is not known is null."""
    for path in ("/voices", "/api/v1/voices"):
        everybody = (await listener.get(path)).json()
        assert [voice["name"] for voice in everybody["voices"]] == [
            "es-1",
            "es-2",
            "es-3",
            "fr-1",
            "fr-2",
            "fr-3",
        ]
        assert everybody["default"] == "es-1"
    french = (await listener.get("/voices", params={"language": "fr-CA"})).json()["voices"]
    assert french[0] == {
        "name": "fr-1",
        "display_name": "fr-1",
        "language": "fr",
        "accent": None,
        "register": "low",
        "description": None,
        "engine": "tones",
        "tier": "premium",
        "cloneable": False,
        "sample_url": "/voices/fr-1/sample",
    }
    assert (await listener.get("/voices", params={"language": "xx"})).json() == {
        "default": None,
        "voices": [],
    }
    assert (await listener.get("/voices", params={"language": "x" * 36})).status_code == 422


async def test_voices_of_one_name_are_told_apart(settings: Settings) -> None:
    """By their engine, where two have one of that name."""
    engines = ScriptedVoices("natural", {"es": ("dora", "alex")}), ScriptedVoices("plain", {"es": ("dora",)})
    async with speaking(settings, *engines) as services, asking(services) as client:
        listed = (await client.get("/voices")).json()["voices"]
        assert [(voice["name"], voice["engine"]) for voice in listed] == [
            ("natural:dora", "natural"),
            ("alex", "natural"),
            ("plain:dora", "plain"),
        ]
        answer = await client.post("/tts", json={"text": "Hola.", "voice": "plain:dora"})
        assert answer.headers["x-voice"] == "plain:dora"
        assert (await client.get(listed[2]["sample_url"])).status_code == 200
        assert [voice for _, voice in engines[1].asked] == ["dora", "dora"]


async def test_a_sample_is_spoken_once(listener: httpx.AsyncClient, tones: ToneSynthesizer) -> None:
    """The second listener gets the same sound from memory."""
    first = await listener.get("/voices/es-2/sample")
    second = await listener.get("/voices/es-2/sample")

    assert (first.status_code, first.headers["content-type"]) == (200, "audio/mpeg")
    assert first.content == second.content
    assert [(one.voice, one.text) for one in tones.asked] == [("es-2", "Hola, así suena mi voz.")]
    with av.open(io.BytesIO(first.content), "r") as file:
        assert sum(frame.samples for frame in file.decode(audio=0)) > 24_000 // 3


@pytest.mark.parametrize("name", ["nobody", "es-2%2F..", "%00", "x" * 101])
async def test_nobody_has_no_sample(listener: httpx.AsyncClient, name: str) -> None:
    """A problem, as RFC 9457 wants it."""
    answer = await listener.get(f"/voices/{name}/sample")

    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


class _Everybody:
    """Kokoro's mix and espeak-ng's Afrikaans are both called "af" by their engines."""

    info = EngineInfo("chain", "MIT", "MIT", True, True, ("af", "en"))

    def voices(self, language: str) -> tuple[Voice, ...]:
        return {
            "af": (Voice("espeak:af", "af"),),
            "en": (Voice("espeak:en-us", "en"), Voice("kokoro:af", "en"), Voice("kokoro:af_bella", "en")),
        }.get(language, ())


def test_a_name_belongs_to_the_voice_that_people_know_by_it() -> None:
    """Whoever asks for "af", or names none, gets the mix; the language keeps its voice, by its whole name."""
    directory = VoiceDirectory(cast("Synthesizer", _Everybody()))

    assert [voice.name for voice in directory.all()] == ["espeak:af", "en-us", "af", "af_bella"]
    assert directory.named("af").own.name == "kokoro:af"
    assert directory.named("espeak:af").own.language == "af"
    assert [directory.named(name).tier for name in ("espeak:af", "af")] == [Tier.FAST, Tier.PREMIUM]
    assert directory.chosen(None, None).own.name == "kokoro:af"
    assert directory.chosen(None, "af").own.name == "espeak:af"
