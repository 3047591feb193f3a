"""Voices of one's own for tests: tones, whose frequency says who speaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
from sqlalchemy import insert

from config.settings import Settings
from foundation.database import transaction
from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import SynthesisRequest, Voice
from tests.auth_service.conftest import WallClock
from tests.fakes.engines import ScriptedTranslator, info
from tests.fakes.recognition_service import ScriptedRecognition
from tests.fakes.speaker_service import ScriptedSpeakers
from tests.voice_service.messaging import Api, messaging, wav
from voice_service.accounts.keys import fingerprint, new_key
from voice_service.storage.tables import keys, people

PROFILE = "/api/v1/voice/profile"
SAMPLE = PROFILE + "/sample"
CONSENT = PROFILE + "/consent"
CLONE = "/api/v1/voice/clone"
OWN_HZ, OTHER_HZ, FOUND_HZ = 220.0, 320.0, 240.0
"""Who speaks, somebody else, and the voice that is found."""
FOUND = "es-near"


class VoiceTones:
    """Speaks as a tone that the voice tells."""

    def __init__(self, hertz: Mapping[str, float]) -> None:
        self.info = info("tones", "es")
        self.hertz = dict(hertz)
        self.asked: list[SynthesisRequest] = []

    def voices(self, language: str) -> tuple[Voice, ...]:
        return tuple(Voice(name, "es") for name in self.hertz) if language == "es" else ()

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        self.asked.append(request)
        moments = np.arange(2 * SPEAKING_RATE_HZ) / SPEAKING_RATE_HZ
        hertz = self.hertz[request.voice or next(iter(self.hertz))]
        yield (np.sin(2 * np.pi * hertz * moments) * 8000).astype(np.int16)

    async def close(self) -> None:
        return None


@dataclass(slots=True)
class Voices:
    """The service with everything that voices of one's own need."""

    api: Api
    recognition: ScriptedRecognition
    speakers: ScriptedSpeakers
    tones: VoiceTones

    @property
    def client(self) -> httpx.AsyncClient:
        """Without a key."""
        return self.api.client

    async def person(self, tenant: str, name: str) -> dict[str, str]:
        """Headers with a key of a new person of a tenant that is there."""
        shown = new_key()
        async with transaction(self.api.services.engine) as connection:
            await connection.execute(
                insert(people).values(id=name, tenant=tenant, name=name, role="member", created_at=1.0)
            )
            await connection.execute(
                insert(keys).values(
                    id=f"k-{name}", tenant=tenant, person=name, fingerprint=fingerprint(shown), name="k",
                    created_at=1.0,
                )
            )  # fmt: skip
        return {"authorization": f"Bearer {shown}"}

    async def made(self, headers: Mapping[str, str], **fields: Any) -> dict[str, Any]:
        """A new profile, in which nothing is."""
        answer = await self.client.post(PROFILE, json={"name": "Mine", **fields}, headers=headers)
        assert answer.status_code == 201, answer.text
        tree: dict[str, Any] = answer.json()
        return tree

    async def asked(self, headers: Mapping[str, str], **fields: Any) -> dict[str, Any]:
        """A sentence to be read; recognition is going to hear it."""
        answer = await self.client.post(CONSENT, json=fields, headers=headers)
        assert answer.status_code == 201, answer.text
        tree: dict[str, Any] = answer.json()
        self.recognition.text = tree["text"]
        return tree

    async def send(
        self, headers: Mapping[str, str], seconds: float, hertz: float = OWN_HZ, **query: Any
    ) -> httpx.Response:
        """A sample as a bare body."""
        return await self.client.post(
            SAMPLE,
            params=query,
            content=wav(seconds, hertz=hertz),
            headers={**headers, "content-type": "audio/wav"},
        )

    async def consented(
        self,
        headers: Mapping[str, str],
        seconds: float = 12.0,
        hertz: float = OWN_HZ,
        *,
        cloning: bool = False,
        **fields: Any,
    ) -> dict[str, Any]:
        """A new profile whose owner has agreed; with `cloning` to a clone as well."""
        made = await self.made(headers, **fields)
        asked = await self.asked(headers, voice_profile_id=made["id"], cloning=cloning)
        answer = await self.send(
            headers, seconds, hertz, voice_profile_id=made["id"], consent=asked["consent_id"]
        )
        assert answer.status_code == 200, answer.text
        tree: dict[str, Any] = answer.json()["profile"]
        return tree

    async def profiles(self, headers: Mapping[str, str]) -> list[dict[str, Any]]:
        """One's own."""
        answer = await self.client.get(PROFILE, headers=headers)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["profiles"]
        return found

    async def found(self, headers: Mapping[str, str], profile: str, language: str = "es") -> dict[str, Any]:
        """The voice of a language, once it is found."""
        body = {"text": "Hola.", "language": language, "voice_profile_id": profile}
        answer = await self.client.post(CLONE, json=body, headers=headers)
        assert answer.status_code == 202, answer.text
        await self.done(headers, answer.json()["job_id"])
        (only,) = [one for one in await self.profiles(headers) if one["id"] == profile]
        voice: dict[str, Any] = next(each for each in only["voices"] if each["language"] == language)
        return voice

    async def done(self, headers: Mapping[str, str], job: str) -> dict[str, Any]:
        """A job once it is over."""
        runner = asyncio.create_task(self.api.services.profiles.profiles.search.runner.run())
        try:
            async with asyncio.timeout(20):
                while True:
                    answer = await self.client.get(f"/api/v1/voice/job/{job}", headers=headers)
                    tree: dict[str, Any] = answer.json()
                    if tree["status"] in ("completed", "failed", "cancelled"):
                        return tree
                    await asyncio.sleep(0.02)
        finally:
            runner.cancel()
            await asyncio.wait([runner])


@asynccontextmanager
async def profiling(settings: Settings, clock: WallClock, **voice: Any) -> AsyncIterator[Voices]:
    """The service in front of engines for which tones are voices."""
    recognition = ScriptedRecognition("Good morning.")
    speakers = ScriptedSpeakers({"es": FOUND})
    tones = VoiceTones({"es-1": 440.0, FOUND: FOUND_HZ})
    translator = ScriptedTranslator({("es", "Good morning."): "Buenos días."})
    async with messaging(
        settings, recognition.app(), translator, tones, clock, speakers=speakers, **voice
    ) as api:
        yield Voices(api, recognition, speakers, tones)
