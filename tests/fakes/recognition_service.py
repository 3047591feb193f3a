"""A recognition service that has heard before what it is going to be asked."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI, Request

from pipeline.audio import HEARING_RATE_HZ
from speech_service.transcripts import SpokenUtterance, SpokenWord, Transcript, Unheard


class ScriptedRecognition:
    """Answers every file with the same words.

    Args:
        gate: where given, answers come once the test sets it.
    """

    def __init__(
        self,
        text: str,
        *,
        language: str = "en",
        confidence: float | None = 0.9,
        gate: asyncio.Event | None = None,
    ) -> None:
        self.text, self.language, self.confidence, self.gate = text, language, confidence, gate
        self.unheard: list[Unheard] = []
        self.asked: list[dict[str, str]] = []
        """The queries of all requests."""
        self.waiting = asyncio.Event()
        self.left = asyncio.Event()
        """Whoever asked has gone before the answer."""

    def app(self) -> FastAPI:
        """The service."""
        app = FastAPI()

        @app.get("/languages")
        async def languages() -> dict[str, list[str]]:
            return {"languages": ["de", "en", "es"]}

        @app.post("/transcribe")
        async def transcribe(request: Request) -> Transcript:
            length_s = len(await request.body()) / 2 / HEARING_RATE_HZ
            self.asked.append(dict(request.query_params))
            if self.gate is not None:
                await self._wait(request, self.gate)
            return self._transcript(length_s)

        return app

    async def _wait(self, request: Request, gate: asyncio.Event) -> None:
        self.waiting.set()
        async with asyncio.TaskGroup() as group:
            gone = group.create_task(self._until_gone(request))
            await gate.wait()
            gone.cancel()

    async def _until_gone(self, request: Request) -> None:
        await request.receive()
        self.left.set()

    def _transcript(self, length_s: float) -> Transcript:
        words = [
            SpokenWord(text=word, start_s=0.0, end_s=length_s, probability=self.confidence)
            for word in self.text.split()
        ]
        utterance = SpokenUtterance(
            language=self.language,
            text=self.text,
            start_s=0.0,
            end_s=length_s,
            words=words,
            confidence=self.confidence,
        )
        return Transcript(
            text=self.text,
            language=self.language if self.text else "",
            confidence=self.confidence if self.text else None,
            duration_s=length_s,
            utterances=[utterance] if self.text else [],
            not_heard=self.unheard,
            warnings=[],
        )
