"""How well and how soon speech is heard: the hearing stage on a recording, in real time.

python -m bench.hearing                     the demo's talk, profile as in the settings
python -m bench.hearing --voice awb --seconds 30
python -m bench.hearing --file talk.wav --text talk.txt
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.wer import word_errors, words_of
from config.settings import Settings, load
from demo.quantiles import distribution
from demo.talk import RATE_HZ, TALK, default_talk, load_recording, resampled
from pipeline.audio import HEARING_RATE_HZ, AudioFrame, Pcm
from pipeline.channel import Channel, WhenFull
from pipeline.clock import ArrivalClock
from pipeline.engines.protocols import HearingOptions
from pipeline.engines.registry import load_recognizer
from pipeline.engines.silero import SileroModel
from pipeline.events import Heard, Words
from pipeline.settling import WordTimes
from pipeline.stages.hear import hear

FRAME = 800


async def measure(pcm: Pcm, settings: Settings, language: str) -> dict[str, object]:
    """Plays `pcm` (16 kHz) in real time through the hearing stage; returns what came of it."""
    recognizer = await load_recognizer(settings)
    model = SileroModel.load()
    frames: Channel[AudioFrame] = Channel(200, WhenFull.DROP_OLDEST)
    heard: Channel[Heard] = Channel(10_000)
    arrivals = ArrivalClock()
    times = WordTimes("bench", arrivals)
    shown_s: list[float] = []
    committed_s: list[float] = []
    newest_s: list[float] = []
    text: list[str] = []
    newest_end = 0

    async def play() -> None:
        began = time.monotonic()
        for start in range(0, len(pcm) - FRAME, FRAME):
            due = began + (start + FRAME) / HEARING_RATE_HZ
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            frame = AudioFrame(start, pcm[start : start + FRAME])
            arrivals.arrived(frame.end_sample, time.monotonic())
            frames.put_nowait(frame)
        frames.close()

    async def note() -> None:
        nonlocal newest_end
        async for event in heard:
            if not isinstance(event, Words):
                continue
            now = time.monotonic()
            for settled in times.shown(event, now):
                shown_s.append(settled.shown_s)
                committed_s.append(settled.committed_s)
            text.extend(word.text for word in event.committed)
            every = (*event.committed, *event.tentative)
            if every and every[-1].end_sample > newest_end:
                newest_end = every[-1].end_sample
                newest_s.append(now - arrivals.arrival_s(newest_end))

    used = time.process_time()
    async with asyncio.TaskGroup() as group:
        group.create_task(play())
        group.create_task(note())
        group.create_task(
            hear(
                frames,
                heard,
                recognizer=recognizer,
                detector=model.detector(),
                options=HearingOptions("bench", language),
                settings=settings.recognition,
            )
        )
    used = time.process_time() - used
    await recognizer.close()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "recogniser": recognizer.info.name,
        "seconds": len(pcm) / HEARING_RATE_HZ,
        "dropped_frames": frames.dropped,
        "processor_share": (used + children.ru_utime + children.ru_stime) / (len(pcm) / HEARING_RATE_HZ),
        "newest_word_shown_s": vars_of(newest_s),
        "word_shown_as_it_stays_s": vars_of(shown_s),
        "word_committed_s": vars_of(committed_s),
        "text": " ".join(text),
    }


def vars_of(values: Sequence[float]) -> dict[str, float]:
    """Median, p95 and longest, rounded to milliseconds."""
    found = distribution(values)
    return {
        "count": found.count,
        "median": round(found.median_s, 3),
        "p95": round(found.p95_s, 3),
        "longest": round(found.longest_s, 3),
    }


def main() -> None:
    """Measures and prints JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--voice", choices=("rms", "awb"), default="rms", help="voice of the demo's talk")
    parser.add_argument("--file", type=Path, help="another recording")
    parser.add_argument("--text", type=Path, help="what is said in it, for the word error rate")
    parser.add_argument("--language", default="en")
    parser.add_argument("--seconds", type=float, default=0.0, help="only the first so many seconds")
    options = parser.parse_args()
    settings = load()
    pcm = load_recording(options.file) if options.file else default_talk(options.voice)[0]
    reference = options.text.read_text(encoding="utf-8") if options.text else ""
    if not options.file:
        reference = " ".join(line.text for line in TALK)
    pcm = resampled(pcm, RATE_HZ, HEARING_RATE_HZ)
    pcm = np.concatenate([pcm[: int(options.seconds * HEARING_RATE_HZ) or None], np.zeros(16_000, np.int16)])
    result = asyncio.run(measure(pcm, settings, options.language))
    if reference and not options.seconds:
        expected, got = words_of(reference), words_of(str(result["text"]))
        result["word_error_rate"] = round(word_errors(expected, got) / len(expected), 4)
    print(json.dumps(result, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
