"""Which engines are there, and what "auto" comes to for each role."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.engines import ENGINES
from config.settings import Models, Recognition, Rooms, Settings, SpeechSettings, TranslationSettings
from pipeline.capacity import Measured, PassTiming, TogetherTiming, VoiceTiming
from pipeline.engines.availability import available
from pipeline.engines.choice import EngineChoice, choose
from pipeline.machine import Machine
from tests.pipeline.engines.synthesis.tiny_voices import write_kokoro, write_piper

pytestmark = pytest.mark.engines

POCKET = Path(__file__).parents[2] / "data" / "opus-pocket-en-es-fr"


def settings(directory: Path, **sections: object) -> Settings:
    recognition = sections.pop("recognition", Recognition(device="cpu"))
    models = Models(directory=directory, download=False)
    return Settings(models=models, recognition=recognition, **sections)  # type: ignore[arg-type]


def whisper(directory: Path, *names: str) -> None:
    """Directories that look like Whisper models."""
    for name in names:
        (directory / "whisper" / name).mkdir(parents=True)
        (directory / "whisper" / name / "model.bin").touch()


def opus(directory: Path) -> None:
    (directory / "opus").mkdir()
    (directory / "opus" / "pocket").symlink_to(POCKET)


def voices(directory: Path) -> None:
    (directory / "piper").mkdir()
    write_piper(directory / "piper", "es_ES-x-low", code="es_ES")
    (directory / "kokoro").mkdir()
    write_kokoro(directory / "kokoro", ["ef_dora"])


def looks(**passes_s: float) -> Measured:
    """A machine of two cores on which a look takes so long; "_" stands for the dot in a model's name."""
    machine = Machine("box", "processor", 2)
    timings = [
        PassTiming("whisper", name.replace("_", "."), 1, 5.0, pass_s) for name, pass_s in passes_s.items()
    ]
    return Measured(machine, "digest", tuple(timings))


def names(choice: EngineChoice) -> tuple[tuple[str, ...], str, tuple[str, ...], tuple[str, ...]]:
    recognition = choice.recognition
    return recognition.engines, recognition.model, choice.translation.engines, choice.speech.engines


def test_the_table_is_complete() -> None:
    """Every engine that settings may name stands in the table once, with its licences."""
    assert [engine.name for engine in ENGINES] == [
        "pocketsphinx", "whisper", "apertium", "opus", "espeak", "piper", "kokoro",
        "pocket-tts", "chatterbox", "xtts",
    ]  # fmt: skip
    assert all(engine.code_licence and engine.weights_licence for engine in ENGINES)


def test_a_bare_machine_takes_what_needs_no_models(tmp_path: Path) -> None:
    """And says for each role what better would need."""
    choice = choose(settings(tmp_path))

    assert names(choice) == (("pocketsphinx",), "", ("apertium",), ("espeak",))
    assert choice.profile == "embedded"
    assert choice.recognition.why == f"there is no Whisper model in {tmp_path / 'whisper'}"
    assert choice.recognition.better == "fetch one, e.g. `hive models fetch whisper-base`"
    assert "hive models fetch opus-en-es" in choice.translation.better
    assert "hive models fetch kokoro" in choice.speech.better


def test_a_whisper_model_alone_is_used(tmp_path: Path) -> None:
    """Recognition does not wait for translation models, nor they for it."""
    whisper(tmp_path, "base")
    chosen = (("whisper",), "base", ("whisper", "apertium"), ("espeak",))
    assert names(choose(settings(tmp_path))) == chosen  # a model of many languages translates as well
    assert choose(settings(tmp_path)).profile == "cpu"


def test_each_role_is_its_own(tmp_path: Path) -> None:
    """Translation models alone, voices alone: each is taken; all are asked in the order of their quality."""
    opus(tmp_path)
    assert names(choose(settings(tmp_path))) == (("pocketsphinx",), "", ("opus", "apertium"), ("espeak",))

    voices(tmp_path)
    assert choose(settings(tmp_path), machine_cores=8).speech.engines == ("kokoro", "piper", "espeak")
    assert choose(settings(tmp_path), machine_cores=2).speech.engines == ("piper", "espeak", "kokoro")


def test_the_embedded_profile_downloads_nothing(tmp_path: Path) -> None:
    """Asked for by name, it leaves even models alone that are there."""
    whisper(tmp_path, "base")
    opus(tmp_path)
    voices(tmp_path)

    choice = choose(settings(tmp_path, profile="embedded"))

    assert names(choice) == (("pocketsphinx",), "", ("apertium",), ("espeak",))
    assert choice.profile == "embedded"
    assert choice.recognition.why == "profile embedded: nothing that needs a download"


def test_what_is_named_is_taken(tmp_path: Path) -> None:
    """Engines and model of the settings are not second-guessed, whatever the profile."""
    named = settings(
        tmp_path,
        profile="embedded",
        recognition=Recognition(engine="whisper", model="/models/mine"),
        translation=TranslationSettings(engines=("apertium", "opus")),
        speech=SpeechSettings(engines=("piper",)),
    )

    assert names(choose(named)) == (("whisper",), "/models/mine", ("apertium", "opus"), ("piper",))
    assert names(choose(settings(tmp_path, profile="cpu"))) == (
        ("whisper",), "base", ("opus", "whisper", "apertium"), ("espeak",),
    )  # fmt: skip


SET = "set by the settings"
BASE = "`hive models fetch whisper-base`"
LATER = "set by the settings, not here yet"


@pytest.mark.parametrize(
    ("profile", "engine", "model", "heard_by", "why", "better"),
    [
        ("auto", "auto", "mine", ("whisper", "mine"), "the model is set by the settings", ""),
        ("embedded", "whisper", "mine", ("whisper", "mine"), "the model is set by the settings", ""),
        ("gpu", "pocketsphinx", "mine", ("pocketsphinx", ""), SET, BASE),
        ("embedded", "pocketsphinx", "", ("pocketsphinx", ""), SET, BASE),
        (
            *("embedded", "auto", "", ("pocketsphinx", "")),
            *("profile embedded: nothing that needs a download", "another profile"),
        ),
        ("embedded", "whisper", "", ("whisper", "base"), LATER, ""),
        ("auto", "whisper", "", ("whisper", "base"), LATER, ""),
        ("cpu", "auto", "", ("whisper", "base"), LATER, ""),
        ("gpu", "auto", "", ("whisper", "large-v3-turbo"), LATER, ""),
        ("auto", "auto", "", ("pocketsphinx", ""), "there is no Whisper model in", "fetch one, e.g. " + BASE),
    ],
)
def test_what_hears_without_any_model_here(
    tmp_path: Path, profile: str, engine: str, model: str, heard_by: tuple[str, str], why: str, better: str
) -> None:
    """The settings have the first word, then the profile; the reason is told, and what better would need."""
    recognition = Recognition(engine=engine, model=model, device="cpu")
    choice = choose(settings(tmp_path, profile=profile, recognition=recognition)).recognition

    assert (*choice.engines, choice.model) == heard_by
    assert choice.why.removesuffix(f" {tmp_path / 'whisper'}") == why
    assert choice.better == better


@pytest.mark.parametrize(
    ("profile", "engine", "taken"),
    [
        ("auto", "auto", "tiny"),
        ("gpu", "auto", "tiny"),
        ("embedded", "whisper", "tiny"),
        ("embedded", "auto", ""),
        ("auto", "pocketsphinx", ""),
    ],
)
def test_a_model_that_is_here_is_taken_unless_the_settings_mean_another_engine(
    tmp_path: Path, profile: str, engine: str, taken: str
) -> None:
    """Whatever the profile would fetch."""
    whisper(tmp_path, "tiny")
    recognition = Recognition(engine=engine, device="cpu")

    assert choose(settings(tmp_path, profile=profile, recognition=recognition)).recognition.model == taken


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        (("auto",), ("kokoro", "piper", "espeak")),
        (("piper", "auto"), ("piper", "kokoro", "espeak")),
        (("auto", "kokoro"), ("piper", "espeak", "kokoro")),
        (("kokoro",), ("kokoro",)),
        (("kokoro", "piper"), ("kokoro", "piper")),
    ],
)
def test_auto_stands_for_all_the_others(
    tmp_path: Path, wanted: tuple[str, ...], taken: tuple[str, ...]
) -> None:
    """espeak is there at the end unless the settings leave it out."""
    voices(tmp_path)

    choice = choose(
        settings(tmp_path, speech=SpeechSettings(engines=wanted)),
        machine_cores=8,
    )

    assert choice.speech.engines == taken


@pytest.mark.parametrize(
    ("there", "rooms", "taken"),
    [
        (("tiny.en", "base"), Rooms(), "base"),
        (("small.en", "tiny"), Rooms(), "tiny"),  # people may speak what they hear
        (("small.en", "tiny"), Rooms(languages=("en", "es")), "tiny"),
        (("small.en", "tiny"), Rooms(source_language="auto", languages=("en",)), "tiny"),
        (("small.en", "tiny"), Rooms(languages=("en", "en-GB")), "small.en"),
        (("base.en", "base"), Rooms(languages=("en",)), "base.en"),
        (("tiny.en",), Rooms(), "tiny.en"),
        (("mine",), Rooms(), "mine"),
        (("large-v3", "small"), Rooms(), "small"),  # not measured: a CPU is not trusted with it
    ],
)
def test_rooms_with_more_than_english_get_a_model_with_more(
    tmp_path: Path, there: tuple[str, ...], rooms: Rooms, taken: str
) -> None:
    """The best model that is there; an English one only where nothing else is spoken, or is there."""
    whisper(tmp_path, *there)

    choice = choose(settings(tmp_path, rooms=rooms))

    assert choice.recognition.model == taken
    assert ("English only" in choice.recognition.better) is (there == ("tiny.en",))


@pytest.mark.parametrize(
    ("measured", "taken"),
    [
        (looks(small=0.6, base=0.15, tiny=0.08, tiny_en=0.08), "base"),
        (looks(small=0.3, base=0.15, tiny=0.08, tiny_en=0.08), "small"),
        (looks(small=3.0, base=0.9, tiny=0.3, tiny_en=0.3), "tiny"),
        (looks(small=9.0, base=3.0, tiny=1.0, tiny_en=0.9), "tiny"),  # none keeps up: the quickest
        (looks(small=9.0, base=3.0, tiny=1.0, tiny_en=0.1), "tiny.en"),  # the only one that does
    ],
)
def test_the_measurement_chooses_the_model(tmp_path: Path, measured: Measured, taken: str) -> None:
    """The best model whose looks the machine keeps up with."""
    whisper(tmp_path, "small", "base", "tiny", "tiny.en")

    choice = choose(settings(tmp_path), measured)

    assert choice.recognition.model == taken
    assert choice.threads == 1
    assert choice.capacity is not None
    if taken == "base":
        assert choice.recognition.why == (
            "the best model that keeps up: a look at 5.0 s of speech takes 0.15 s on the CPU"
        )
        assert choice.recognition.better == "more cores or a GPU: small would be too slow here"


def test_the_measurement_orders_the_voices(tmp_path: Path) -> None:
    """Kokoro waits behind Piper where it is too slow beside recognition, and says what it would need."""
    whisper(tmp_path, "base")
    voices(tmp_path)
    measured = Measured(
        Machine("box", "processor", 2),
        "digest",
        passes=(PassTiming("whisper", "base", 1, 5.0, 0.2),),
        voices=(VoiceTiming("kokoro", "ef_dora", 1.0, 0.7), VoiceTiming("piper", "x", 0.1, 0.1)),
        together=(TogetherTiming("base", "kokoro", 0.25, 0.8),),
    )

    choice = choose(settings(tmp_path), measured)

    assert choice.speech.engines == ("piper", "espeak", "kokoro")
    assert choice.speech.better == "more cores or a GPU: kokoro is too slow beside recognition here"


def test_figures_of_a_busy_machine_decide_nothing(tmp_path: Path) -> None:
    """What was measured beside other work says little of the machine."""
    whisper(tmp_path, "base", "tiny")
    busy = Measured(
        Machine("box", "processor", 2), "", (PassTiming("whisper", "base", 1, 5.0, 9.0),), busy=True
    )

    choice = choose(settings(tmp_path), busy)

    assert (choice.recognition.model, choice.capacity, choice.threads) == ("base", None, 0)


def test_what_is_there_is_told(tmp_path: Path) -> None:
    """Each engine says what was found, or what to do about what was not."""
    opus(tmp_path)
    states = {state.engine.name: (state.present, state.detail) for state in available(settings(tmp_path))}

    assert list(states) == [engine.name for engine in ENGINES]
    assert states["opus"] == (True, "models opus-pocket-en-es-fr")
    assert states["whisper"] == (
        False,
        f"there is no Whisper model in {tmp_path / 'whisper'}; fetch one, e.g. `hive models fetch whisper-base`",
    )
    assert states["apertium"][0]
    assert "en→es" in states["apertium"][1]
