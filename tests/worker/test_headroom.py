"""What a room is told when it asks for more than its machine keeps up with."""

from __future__ import annotations

from dataclasses import replace

from pipeline.capacity import Capacity
from pipeline.events import Trouble
from protocol.reports import ReportCode
from worker.headroom import Fits, Headroom

BOX = Capacity(3, 0.35, (6, 3, 2), {"natural": 1, "quick": 4, "plain": 99})
NO_EAR = Trouble(
    "",
    "hear",
    "",
    "this machine keeps up with 3 people speaking at once: who begins to speak beside them is heard after "
    "the next pause",
    ReportCode.FEW_SPEAKERS,
    count=3,
)
ALONE = Trouble(
    "",
    "hear",
    "",
    "this machine keeps up with 1 person speaking at once: who begins to speak beside them is heard after "
    "the next pause",
    ReportCode.FEW_SPEAKERS,
    count=1,
)
TOO_MANY = Trouble(
    "",
    "speak",
    "",
    "this machine keeps up with 3 languages while 2 people speak at once: where it falls behind, it goes without "
    "translations of unfinished sentences first, then tentative words, then voices; finished captions stay",
    ReportCode.FEW_LANGUAGES,
    count=3,
)
PLAINER = Trouble(
    "",
    "speak",
    "",
    "this machine has time for 1 language with natural's voices: further ones have quick's, where it has the language",
    ReportCode.FEW_VOICES,
    count=1,
)


class Bench:
    """A machine that a test measures anew, and what was told."""

    def __init__(self, capacity: Capacity | None, *, max_speakers: int = 10, max_languages: int = 8) -> None:
        self.capacity = capacity
        self.told: list[Trouble] = []
        self.headroom = Headroom(
            lambda: self.capacity,
            max_speakers=max_speakers,
            max_languages=max_languages,
            trouble=self.told.append,
        )

    def look(self, speakers: int, **engines: str) -> Fits | None:
        """A room in which everybody is heard in all languages."""
        spoken = {f"speaker {number}": engines.keys() for number in range(speakers)}
        return self.headroom.look(spoken, {language: (engine,) for language, engine in engines.items()})


def test_what_fits_is_said_and_nothing_else() -> None:
    """Within what was measured nobody is told anything."""
    bench = Bench(BOX)

    assert bench.look(0) == bench.look(3, es="natural", fr="quick", de="quick") == Fits(3, (6, 3, 2))
    assert bench.told == []


def test_the_settings_limits_hold_below_what_was_measured() -> None:
    """Who may not have more than two languages is not promised three."""
    assert Bench(BOX, max_speakers=2, max_languages=4).look(1) == Fits(2, (4, 3))


def test_one_speaker_more_is_taken_and_told_once() -> None:
    """Again only when it was over in between: people who come and go beyond the limit change nothing."""
    bench = Bench(BOX)

    assert bench.look(4) == Fits(3, (6, 3, 2), (NO_EAR.reason,))
    bench.look(5)
    bench.look(4)
    assert bench.told == [NO_EAR]

    assert bench.look(3) == Fits(3, (6, 3, 2))
    bench.look(4)
    assert bench.told == [NO_EAR, NO_EAR]


def test_one_language_more_names_what_goes_first() -> None:
    """One who speaks alone leaves more room than two."""
    bench = Bench(BOX)
    four = dict.fromkeys(("es", "fr", "de", "it"), "quick")

    bench.look(1, **four)
    assert bench.told == []
    assert bench.look(2, **four) == Fits(3, (6, 3, 2), (TOO_MANY.reason,))
    bench.look(3, **four)
    assert bench.told == [TOO_MANY]


def test_languages_count_as_they_are_spoken_at_the_same_time() -> None:
    """Of those who hear each other in their own languages one is heard in all but their own, not in all."""
    bench = Bench(Capacity(1, 0.5, (2,), {}))
    engines = dict.fromkeys(("en", "es", "fr"), ("",))
    spoken = {"anna": ("es", "fr"), "bea": ("en", "fr"), "carl": ("en", "es")}

    assert bench.headroom.look({"anna": spoken["anna"]}, engines) == Fits(1, (2,))
    assert bench.headroom.look(spoken, engines) == Fits(1, (2,), (ALONE.reason,))
    both = Bench(Capacity(3, 0.5, (3, 2, 1), {}))
    both.headroom.look(spoken, engines)
    assert [trouble.reason.partition(" while ")[2][:19] for trouble in both.told] == ["2 people speak at o"]


def test_a_language_without_a_voice_is_not_spoken() -> None:
    """It is captions only, and takes nobody's time."""
    bench = Bench(Capacity(1, 0.5, (1,), {}))

    assert bench.headroom.look({"anna": ("es", "mt")}, {"es": ("plain",)}) == Fits(1, (1,))
    assert bench.headroom.look({}, {"es": ("plain",)}) == Fits(1, (1,))


def test_a_voice_engine_that_has_no_time_for_a_language_is_named() -> None:
    """With the one that speaks instead; the last engine has nobody behind it."""
    bench = Bench(BOX)

    bench.look(1, es="natural", fr="natural", de="quick")
    assert bench.told == [PLAINER]

    alone = Bench(replace(BOX, places={"natural": 1}))
    assert alone.look(1, es="natural", fr="natural") == Fits(3, (6, 3, 2))


def test_a_voice_that_resembles_takes_a_place_with_its_own_engine() -> None:
    """Beside that of the language's usual voice."""
    bench = Bench(BOX)
    spoken = {"anna": ("es", "fr"), "bea": ("es", "fr")}
    usual = {"es": frozenset({"natural"}), "fr": frozenset({"quick"})}

    bench.headroom.look(spoken, usual)
    assert bench.told == []
    bench.headroom.look(spoken, {**usual, "fr": frozenset({"quick", "natural"})})
    assert bench.told == [PLAINER]


def test_a_machine_for_one() -> None:
    """Numbers of one read as such."""
    bench = Bench(Capacity(1, 1.5, (1,), {}))

    fits = bench.look(2, es="", fr="")

    assert fits is not None
    assert [reason.partition(":")[0] for reason in fits.given_up] == [
        "this machine keeps up with 1 person speaking at once",
        "this machine keeps up with 1 language while one person speaks",
    ]


def test_nothing_is_claimed_before_it_is_known() -> None:
    """Services that start late, or were not measured, say nothing; what they say later counts from then on."""
    bench = Bench(None)

    assert bench.look(9, es="natural", fr="natural") is None
    assert bench.told == []
    bench.capacity = BOX
    bench.look(9, es="natural", fr="natural")
    assert bench.told == [NO_EAR, PLAINER]
