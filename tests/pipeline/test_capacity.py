"""What a machine can do at once, from figures like those that were measured."""

from __future__ import annotations

import pytest

from pipeline.capacity import (
    Capacity,
    ClauseTiming,
    Measured,
    PassTiming,
    TogetherTiming,
    VoiceTiming,
    best_pass,
    keeps_up,
    voice_order,
    work_out,
)
from pipeline.machine import Machine

TWO_CORES = Machine("box", "processor", 2)
KOKORO = VoiceTiming("kokoro", "af_heart", 1.2, 0.65)
PIPER = VoiceTiming("piper", "en_US-joe-medium", 0.1, 0.1)
ESPEAK = VoiceTiming("espeak", "en-us", 0.002, 0.001)


def look(model: str, pass_s: float, threads: int = 1, *, on_gpu: bool = False) -> PassTiming:
    return PassTiming("whisper", model, threads, 5.0, pass_s, on_gpu=on_gpu)


def figures(*passes: PassTiming, cores: int = 2, **more: tuple[object, ...]) -> Measured:
    machine = Machine("box", "processor", cores)
    return Measured(machine, "digest", passes, **more)  # type: ignore[arg-type]


def beside(engine: str, per_second_s: float, model: str = "base") -> TogetherTiming:
    return TogetherTiming(model, engine, 0.2, per_second_s)


def test_one_thread_is_taken_unless_more_are_much_faster() -> None:
    """Two threads for a look cost the machine two: they have to be worth it, and leave as many to everything else."""
    one, alike, quick = look("base", 0.15), look("base", 0.14, 2), look("base", 0.08, 2)
    assert best_pass(figures(one, alike, cores=4), "whisper", "base") == one
    assert best_pass(figures(one, quick, cores=4), "whisper", "base") == quick
    assert best_pass(figures(one, quick, cores=2), "whisper", "base") == one
    assert best_pass(figures(look("base", 0.15)), "whisper", "small") is None


@pytest.mark.parametrize(
    ("pass_s", "cores", "verdict"),
    [(0.05, 2, True), (0.15, 2, True), (0.6, 2, False), (0.6, 4, True), (0.7, 8, False), (0.15, 1, True)],
)
def test_a_model_keeps_up_when_two_speakers_are_heard_in_time(
    pass_s: float, cores: int, verdict: bool
) -> None:
    """tiny, base and small on two cores, and what more cores change: not the length of one look."""
    assert keeps_up(look("any", pass_s), cores) is verdict


def test_a_recogniser_that_goes_along_keeps_up_by_its_share_of_a_core() -> None:
    """PocketSphinx works once on each second of sound."""
    sphinx = PassTiming("pocketsphinx", "", 1, 5.0, 1.0, incremental=True)
    slow = PassTiming("pocketsphinx", "", 1, 5.0, 4.0, incremental=True)

    assert (keeps_up(sphinx, 2), keeps_up(slow, 2)) == (True, False)


@pytest.mark.parametrize(
    ("kokoro", "order"),
    [
        (0.45, ("kokoro", "piper", "espeak")),
        (0.5, ("kokoro", "piper", "espeak")),
        (0.51, ("piper", "espeak", "kokoro")),
        (0.66, ("piper", "espeak", "kokoro")),
        (0.82, ("piper", "espeak", "kokoro")),
        (1.3, ("piper", "espeak", "kokoro")),
    ],
)
def test_a_voice_that_is_slow_beside_recognition_is_asked_later(
    kokoro: float, order: tuple[str, ...]
) -> None:
    """What counts is its time beside the recogniser. At 0.82 more than half of a French talk was skipped, at 0.66 it
    was spoken at 1.4 times the speed, and its lag grew."""
    measured = figures(
        look("base", 0.15),
        voices=(KOKORO, PIPER, ESPEAK),
        together=(beside("kokoro", kokoro), beside("piper", 0.12)),
    )

    assert voice_order(measured, ("kokoro", "piper", "espeak"), "base", plain={"espeak"}) == order


def test_voices_that_were_not_measured_keep_their_order() -> None:
    """No figures, no opinion."""
    engines = ("kokoro", "piper", "espeak")

    assert voice_order(figures(), engines, "base", plain={"espeak"}) == engines


def test_two_cores_with_base_and_kokoro() -> None:
    """One language has Kokoro's voice, the others Piper's; six people may speak at once, heard less often."""
    measured = figures(
        look("base", 0.15),
        clauses=(ClauseTiming("apertium", "en", "es", 0.01),),
        voices=(KOKORO, PIPER, ESPEAK),
        together=(beside("kokoro", 0.7), beside("piper", 0.12)),
    )

    assert work_out(
        measured,
        recognizer=("whisper", "base"),
        translators=("apertium",),
        voices=("kokoro", "piper", "espeak"),
        most_speakers=4,
    ) == Capacity(
        speakers=4,
        pass_interval_s=0.35,
        languages=(99, 40, 27, 20),
        places={"kokoro": 1, "piper": 4, "espeak": 99},
        sentences=(
            "4 people may speak at once, heard every 0.35 s; one more waits for a pause",
            "one speaker in any number of languages",
            "2 speakers can be spoken in 40 languages",
            "kokoro speaks 1 of them, piper those beyond where it has them",
            "piper speaks 4 of them, espeak those beyond where it has them",
        ),
    )


def test_a_weak_machine_still_hears_one() -> None:
    """Nobody is refused when nobody else speaks."""
    measured = figures(look("base", 2.0), cores=1, voices=(KOKORO,))

    capacity = work_out(
        measured, recognizer=("whisper", "base"), translators=(), voices=("kokoro",), most_speakers=10
    )

    assert capacity is not None
    assert (capacity.speakers, capacity.languages, capacity.places) == (1, (1,), {"kokoro": 1})


@pytest.mark.parametrize(
    ("cores", "pass_s", "speakers"), [(2, 0.64, 1), (8, 0.64, 1), (8, 0.3, 4), (8, 0.15, 8)]
)
def test_cores_that_no_look_uses_carry_no_speaker(cores: int, pass_s: float, speakers: int) -> None:
    """Looks are made one after the other, by the threads of one: more cores are for voices."""
    capacity = work_out(
        figures(look("base", pass_s), cores=cores, voices=(PIPER,)),
        recognizer=("whisper", "base"),
        translators=(),
        voices=("piper",),
        most_speakers=20,
    )

    assert capacity is not None
    assert capacity.speakers == speakers


def test_a_gpu_leaves_the_cores_to_voices() -> None:
    """Looks queue for the one device; they take nothing of the cores."""
    measured = figures(look("large-v3-turbo", 0.1, on_gpu=True), voices=(PIPER,))

    capacity = work_out(
        measured,
        recognizer=("whisper", "large-v3-turbo"),
        translators=(),
        voices=("piper",),
        most_speakers=50,
    )

    assert capacity is not None
    assert (capacity.speakers, capacity.languages[0], capacity.languages[11]) == (12, 17, 17)


def test_what_was_not_measured_has_no_capacity() -> None:
    """A model that the settings name by its directory was not among those measured."""
    assert (
        work_out(
            figures(look("base", 0.1)),
            recognizer=("whisper", "/models/mine"),
            translators=(),
            voices=(),
            most_speakers=10,
        )
        is None
    )
