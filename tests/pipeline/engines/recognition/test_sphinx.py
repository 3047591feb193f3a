"""PocketSphinx for real: words, processes, failures."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio import Pcm
from pipeline.engines.protocols import (
    EngineError,
    EngineOverloaded,
    HearingOptions,
    Hypothesis,
    UnknownLanguage,
)
from pipeline.engines.recognition.sphinx.recognizer import SphinxRecognizer, SphinxStream
from tests.pipeline.engines.recognition import sounds

pytestmark = pytest.mark.engines

ANNA = HearingOptions("anna", "en")
PIECE = 1600
PATIENCE_S = 90.0
"""Whole sentences are given to several decoders at once, faster than anybody speaks, maybe on a busy machine."""


@asynccontextmanager
async def loaded(max_speakers: int = 10) -> AsyncIterator[SphinxRecognizer]:
    recognizer = await SphinxRecognizer.load(max_speakers=max_speakers, patience_s=PATIENCE_S)
    try:
        yield recognizer
    finally:
        await recognizer.close()


def said(hypothesis: Hypothesis) -> str:
    return " ".join(word.text for word in hypothesis.words)


async def whole(stream: SphinxStream, pcm: Pcm) -> Hypothesis:
    await stream.accept(pcm)
    try:
        return await stream.hypothesis(final=True)
    finally:
        await stream.close()


def exists(pid: int) -> bool:
    """Whether there is such a process, zombies included."""
    return Path(f"/proc/{pid}").exists()


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])


async def gone(pid: int) -> bool:
    """Waits until the process has ended and was reaped."""
    for _ in range(100):
        if not exists(pid):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_words_appear_while_they_are_spoken() -> None:
    """Every look knows more; the last has all words, in order, where they were said."""
    pcm = sounds.utterance("rms-report")
    async with loaded() as recognizer:
        stream = await recognizer.open(ANNA, first_sample=160_000)
        looks = []
        for at in range(0, len(pcm), PIECE):
            await stream.accept(pcm[at : at + PIECE])
            looks.append(await stream.hypothesis())
        final = await stream.hypothesis(final=True)
        await stream.close()

    assert said(final) == sounds.REPORT
    assert (final.language, final.heard_to) == ("en", 160_000 + len(pcm))
    assert [look.heard_to for look in looks[:2]] == [161_600, 163_200]
    counts = [len(look.words) for look in looks]
    assert counts[10] < counts[20] < counts[30] <= len(final.words)
    edges = [edge for word in final.words for edge in (word.first_sample, word.end_sample)]
    assert edges == sorted(edges)
    assert 160_000 <= edges[0] < edges[-1] <= final.heard_to
    # settled words stay as they are
    for look in looks:
        assert look.settled_to is not None
        settled = [word.text for word in look.words if word.end_sample <= look.settled_to]
        assert settled == [word.text for word in final.words][: len(settled)]


async def test_speakers_at_the_same_time_do_not_disturb_each_other() -> None:
    """Three streams fed in turns hear what each of them is told."""
    told = {"rms-budget": sounds.BUDGET, "rms-report": sounds.REPORT, "awb-quarter": sounds.QUARTER}
    async with loaded() as recognizer:
        streams = {name: await recognizer.open(HearingOptions(name, None), first_sample=0) for name in told}
        heard = await asyncio.gather(
            *(whole(stream, sounds.utterance(name)) for name, stream in streams.items())
        )

    assert [said(hypothesis) for hypothesis in heard] == list(told.values())


async def test_a_cut_leaves_out_what_lies_before_it() -> None:
    """Words before the cut do not come again; those behind it keep their positions."""
    async with loaded() as recognizer:
        stream = await recognizer.open(ANNA, first_sample=0)
        await stream.accept(sounds.utterance("rms-budget"))
        before = await stream.hypothesis()
        stream.cut(before.words[3].end_sample, "today we will talk")
        after = await stream.hypothesis()
        await stream.close()

    assert after.words == before.words[4:]


async def test_a_talk_without_end_is_followed_in_chapters() -> None:
    """Half a minute in one utterance: the words of the last sentence are still right and in place."""
    names = ["rms-budget", "rms-report", "rms-budget", "rms-report", "rms-budget", "rms-report", "rms-budget"]
    pieces = [sounds.joined(sounds.speech(name), sounds.silence(0.2)) for name in names]
    pcm = sounds.joined(sounds.silence(0.3), *pieces)
    async with loaded() as recognizer:
        stream = await recognizer.open(ANNA, first_sample=0)
        for at in range(0, len(pcm), PIECE):
            await stream.accept(pcm[at : at + PIECE])
            look = await stream.hypothesis()
        final = await stream.hypothesis(final=True)
        await stream.close()

    assert len(pcm) > 22 * 16_000
    expected = " ".join(sounds.BUDGET if name == "rms-budget" else sounds.REPORT for name in names).split()
    heard = said(final).split()
    assert len([1 for a, b in zip(heard, expected, strict=False) if a == b]) >= len(expected) - 6
    last = [word for word in final.words if word.first_sample >= len(pcm) - len(pieces[-1]) - 800]
    assert " ".join(word.text for word in last) == sounds.BUDGET
    assert len(look.words) >= len(expected) - 3


@pytest.mark.parametrize(
    "pcm",
    [
        np.zeros(48_000, np.int16),
        sounds.noise(4, 30),
        sounds.noise(4, 3000),
        sounds.noise(4, 20_000),
        sounds.melody(5, 0),
        sounds.melody(5, 3),
    ],
    ids=["digital silence", "faint noise", "noise", "clipped noise", "melody", "another melody"],
)
async def test_what_is_not_speech_has_no_words(pcm: Pcm) -> None:
    """Even where the voice activity gate lets it through, nothing is invented."""
    async with loaded() as recognizer:
        assert (await whole(await recognizer.open(ANNA, first_sample=0), pcm)).words == ()


async def test_a_killed_decoder_fails_its_own_utterance_only() -> None:
    """The other speaker is still heard, and the first one's next utterance has a new decoder."""
    async with loaded() as recognizer:
        lost = await recognizer.open(ANNA, first_sample=0)
        other = await recognizer.open(HearingOptions("bert", "en"), first_sample=0)
        await lost.accept(sounds.utterance("rms-budget"))
        os.kill(lost.pid, signal.SIGKILL)
        with pytest.raises(EngineError):
            await lost.hypothesis()
        lost.cut(1000, "")
        await lost.close()

        assert said(await whole(other, sounds.utterance("rms-report"))) == sounds.REPORT
        again = await recognizer.open(ANNA, first_sample=0)
        assert again.pid != lost.pid
        assert said(await whole(again, sounds.utterance("rms-budget"))) == sounds.BUDGET
        assert await gone(lost.pid)


async def test_a_decoder_killed_while_it_waits_is_replaced() -> None:
    """Nobody notices that an idle one is gone."""
    async with loaded() as recognizer:
        first = await recognizer.open(ANNA, first_sample=0)
        await whole(first, sounds.utterance("rms-budget"))
        os.kill(first.pid, signal.SIGKILL)
        assert await gone(first.pid)
        second = await recognizer.open(ANNA, first_sample=0)
        assert said(await whole(second, sounds.utterance("rms-budget"))) == sounds.BUDGET


async def test_a_killed_fork_server_is_started_again() -> None:
    """Open streams go on, new ones get new decoders."""
    async with loaded() as recognizer:
        first = await recognizer.open(ANNA, first_sample=0)
        os.kill(parent(first.pid), signal.SIGKILL)
        second = await recognizer.open(HearingOptions("bert", "en"), first_sample=0)
        assert said(await whole(second, sounds.utterance("rms-report"))) == sounds.REPORT
        assert said(await whole(first, sounds.utterance("rms-budget"))) == sounds.BUDGET


async def test_decoders_are_used_again_and_leave_nothing_behind() -> None:
    """The next utterance has the same process; after close there is none."""
    async with loaded() as recognizer:
        pids = set()
        for _ in range(3):
            stream = await recognizer.open(ANNA, first_sample=0)
            pids.add(stream.pid)
            await whole(stream, sounds.utterance("rms-budget"))
        open_one = await recognizer.open(ANNA, first_sample=0)
        await open_one.accept(sounds.utterance("rms-budget"))
        pids.add(open_one.pid)

    assert len(pids) == 1
    assert not any(exists(pid) for pid in pids)
    with pytest.raises(EngineError):
        await open_one.accept(sounds.silence(0.1))
    with pytest.raises(EngineError, match="closed"):
        await recognizer.open(ANNA, first_sample=0)


async def test_more_speakers_than_the_limit_are_told_so() -> None:
    """The limit counts open utterances; a closed one makes room."""
    async with loaded(max_speakers=2) as recognizer:
        streams = [await recognizer.open(HearingOptions(f"s{n}", "en"), first_sample=0) for n in range(2)]
        with pytest.raises(EngineOverloaded):
            await recognizer.open(ANNA, first_sample=0)
        await streams[0].close()
        await streams[0].close()
        await (await recognizer.open(ANNA, first_sample=0)).close()


async def test_other_languages_are_refused_with_what_there_is() -> None:
    """Only English, in any of its regions."""
    async with loaded() as recognizer:
        with pytest.raises(UnknownLanguage, match="available: en"):
            await recognizer.open(HearingOptions("anna", "de"), first_sample=0)
        await (await recognizer.open(HearingOptions("anna", "en-GB"), first_sample=0)).close()


async def test_bad_sound_is_refused_and_empty_sound_is_nothing() -> None:
    """Floats and stereo raise; the utterance goes on. After the final look it is over."""
    async with loaded() as recognizer:
        stream = await recognizer.open(ANNA, first_sample=0)
        for bad in (np.full(160, np.nan, np.float32), np.zeros((160, 2), np.int16)):
            with pytest.raises(EngineError, match="16-bit mono"):
                await stream.accept(bad)  # type: ignore[arg-type]
        await stream.accept(np.zeros(0, np.int16))
        assert await stream.hypothesis() == Hypothesis((), "en", 0, 0)
        await stream.accept(sounds.utterance("rms-budget"))
        assert said(await stream.hypothesis(final=True)) == sounds.BUDGET
        with pytest.raises(EngineError, match="over"):
            await stream.accept(sounds.silence(0.1))
        await stream.close()


async def test_a_cancelled_look_costs_only_its_decoder() -> None:
    """Its answer would be taken for the next one's, so the decoder is let go; the next utterance is fine."""
    async with loaded() as recognizer:
        stream = await recognizer.open(ANNA, first_sample=0)
        await stream.accept(sounds.utterance("rms-things"))
        look = asyncio.create_task(stream.hypothesis())
        await asyncio.sleep(0)
        look.cancel()
        with pytest.raises(asyncio.CancelledError):
            await look
        await stream.close()
        again = await recognizer.open(ANNA, first_sample=0)
        assert again.pid != stream.pid
        assert said(await whole(again, sounds.utterance("rms-budget"))) == sounds.BUDGET


async def test_closing_while_somebody_waits_for_a_look_ends_everything() -> None:
    """Who waits is told; the decoder is not asked a second thing before it has answered the first."""
    recognizer = await SphinxRecognizer.load(patience_s=PATIENCE_S)
    stream = await recognizer.open(ANNA, first_sample=0)
    await stream.accept(sounds.utterance("rms-budget"))
    look = asyncio.create_task(stream.hypothesis())
    for _ in range(5):
        await asyncio.sleep(0)
    await recognizer.close()

    with pytest.raises(EngineError):
        await look
