"""Whisper's small machines: the language lock, the checks, where models are looked for."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pipeline.engines.protocols import EngineError, EngineMissing
from pipeline.engines.recognition.whisper.checks import compression_ratio, loop_start
from pipeline.engines.recognition.whisper.language import LanguageLock, base
from pipeline.engines.recognition.whisper.models import find
from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer

SECOND = 16_000
SPANISH = {"es": 0.9, "en": 0.05, "pt": 0.05}
ENGLISH = {"es": 0.05, "en": 0.95}


def test_a_language_is_locked_once_it_is_sure() -> None:
    """Doubt is answered with the best guess; the first sure detection stays."""
    lock = LanguageLock(("en", "es"))
    assert lock.feed({"en": 0.5, "es": 0.4}, samples=SECOND, final=False) == "en"
    assert lock.locked == ""
    assert lock.feed(SPANISH, samples=SECOND, final=False) == "es"
    assert lock.locked == "es"
    assert lock.feed({"en": 0.94, "es": 0.06}, samples=SECOND, final=False) == "es"


def test_what_is_certain_changes_the_language_at_once() -> None:
    """A second of speech that is another language by 0.95 among the allowed ones is enough, and less is not."""
    lock = LanguageLock(("en", "es-MX"))
    assert lock.feed(SPANISH, samples=SECOND, final=True) == "es-MX"
    assert lock.feed(ENGLISH, samples=SECOND - 1, final=True) == "es-MX"
    assert lock.feed({"en": 0.3, "es": 0.01, "pt": 0.69}, samples=SECOND, final=False) == "en"
    assert lock.locked == "en"
    assert lock.feed({"es": 0.96, "en": 0.04}, samples=SECOND, final=True) == "es-MX"


def test_contradictions_before_a_change_are_not_counted_after_it() -> None:
    """A change begins the count anew, so that one strong doubt does not change it back."""
    lock = LanguageLock(("en", "es"))
    lock.feed(SPANISH, samples=SECOND, final=True)
    strong = {"es": 0.1, "en": 0.9}
    assert [lock.feed(strong, samples=SECOND, final=final) for final in (False, False, True)] == ["es"] * 3
    assert lock.feed(ENGLISH, samples=SECOND, final=False) == "en"
    assert lock.feed({"es": 0.9, "en": 0.1}, samples=SECOND, final=True) == "en"
    assert lock.feed({"es": 0.9, "en": 0.1}, samples=SECOND, final=True) == "es"


def test_doubt_ends_after_three_seconds_or_with_the_utterance() -> None:
    """Then the best guess is locked."""
    doubt = {"en": 0.5, "es": 0.45}
    for samples, final in ((3 * SECOND, False), (SECOND // 2, True)):
        lock = LanguageLock(())
        lock.feed(doubt, samples=samples, final=final)
        assert lock.locked == "en"


def test_only_allowed_languages_are_detected_and_named_as_asked_for() -> None:
    """Portuguese sounds likelier, but only Spanish and English are allowed; "es-MX" keeps its region."""
    lock = LanguageLock(("en", "es-MX"))
    assert lock.feed({"pt": 0.6, "es": 0.35, "en": 0.05}, samples=SECOND, final=True) == "es-MX"


def test_a_language_changes_after_two_strong_contradictions_in_a_row() -> None:
    """One contradiction, a weak one, a short one or one with agreement between do not."""
    lock = LanguageLock(("en", "es"))
    weak = {"es": 0.6, "en": 0.4}
    for probabilities, samples in (
        (ENGLISH, 2 * SECOND),
        (SPANISH, 2 * SECOND),
        (ENGLISH, 2 * SECOND),
        (SPANISH, 2 * SECOND),
        (weak, 2 * SECOND),
        (SPANISH, 2 * SECOND),
        (SPANISH, SECOND // 2),
    ):
        assert lock.feed(probabilities, samples=samples, final=True) == "en"
    assert lock.feed(SPANISH, samples=2 * SECOND, final=True) == "es"


def test_loops_are_found_where_they_begin_to_repeat() -> None:
    """The first round is kept; what people repeat themselves is no loop."""
    assert loop_start([1, 2, 3, 7, 8, 7, 8, 7, 8]) == 5
    assert loop_start([1, 5, 5, 5, 5, 5]) == 2
    assert loop_start([1, 5, 5, 5]) is None
    assert loop_start([1, 2, 1, 2, 3]) is None
    assert loop_start([]) is None


@given(
    some.lists(some.integers(0, 50), max_size=10),
    some.lists(some.integers(51, 99), min_size=2, max_size=6, unique=True),
)
def test_every_loop_is_cut_to_one_round(before: list[int], loop: list[int]) -> None:
    """Whatever is said before it, three rounds of a loop become one."""
    tokens = before + loop * 3
    assert tokens[: loop_start(tokens)] == before + loop


def test_repetition_compresses_better_than_speech() -> None:
    """Whisper's limit of 2.4 lies between the two."""
    assert compression_ratio("thank you " * 20) > 2.4
    assert compression_ratio("we will review the schedule for next year with the engineers") < 1.5
    assert compression_ratio("") == 0


def test_a_model_that_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    """A name, a directory without a model, half a model: each says so, and how to get one."""
    with pytest.raises(EngineMissing, match=r"small is not in .*; `hive models fetch whisper-small`"):
        find("small", tmp_path)
    with pytest.raises(EngineMissing, match="there is no Whisper model in"):
        find(tmp_path / "nowhere", tmp_path)
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "config.json").write_text("{}")
    with pytest.raises(EngineMissing, match=r"not complete: model\.bin, tokenizer\.json is missing"):
        find("half", tmp_path)


async def test_a_broken_model_is_an_error_not_a_crash(tmp_path: Path) -> None:
    """What the library raises is renamed, and names the place."""
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(EngineError, match="cannot open the Whisper model"):
        await WhisperRecognizer.load(tmp_path, device="cpu", models_dir=tmp_path)


def test_whisper_has_names_of_its_own() -> None:
    """Norwegian browsers say nb-NO, and Javanese is jv to everybody else."""
    tags = (
        "nb-NO",
        "nb",
        "no",
        "nn-NO",
        "iw",
        "in",
        "jv",
        "jw",
        "fil-PH",
        "zh_Hans_CN",
        "PT-br",
        "yue",
        "sr-Latn",
    )
    assert [base(tag) for tag in tags] == [
        "no", "no", "no", "nn", "he", "id", "jw", "jw", "tl", "zh", "pt", "yue", "sr",
    ]  # fmt: skip


def test_a_norwegian_room_is_locked_to_norwegian() -> None:
    """What the model calls "no" is the "nb-NO" that was allowed."""
    lock = LanguageLock(("nb-NO", "en"))
    assert lock.feed({"no": 0.9, "en": 0.1}, samples=5 * 16_000, final=False) == "nb-NO"
