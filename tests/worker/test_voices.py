"""The organiser's choice of voices in a room."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pipeline.engines.protocols import Voice
from pipeline.events import Trouble
from pipeline.voices import Casting
from protocol.reports import ReportCode
from tests.fakes.engines import info
from tests.fakes.voices import ScriptedVoices
from worker.voices import MOST_CHARACTERS, MOST_EACH, RoomVoices

OFFERED = ("en", "es", "fr", "ja")
SPANISH = ("natural:dora", "natural:alex", "plain:es+f2")


class Bench:
    """A room's voices, and what its people are told."""

    def __init__(self, voices: dict[str, tuple[str, ...]] | None = None) -> None:
        self.synthesizer = ScriptedVoices("chain", voices or {"es": SPANISH, "fr": ("plain:fr",)})
        self.casting = Casting()
        self.told: list[Trouble] = []
        self.voices = RoomVoices(self.synthesizer, self.casting, trouble=self.told.append)

    def wish(self, voices: Mapping[str, str], offered: Sequence[str] = OFFERED) -> None:
        """The organiser's choice, and what is offered."""
        self.voices.wish(voices)
        self.voices.look(offered)


def test_what_there_is_is_shown_for_what_is_offered() -> None:
    """A language without any voice is left out: it is captions only."""
    bench = Bench()
    bench.wish({})

    assert bench.voices.shown() == {"es": SPANISH, "fr": ("plain:fr",)}


def test_a_choice_holds_and_a_later_one_replaces_it() -> None:
    """Also by the code of a region that is served by the language."""
    bench = Bench()

    bench.wish({"es-MX": "natural:alex"})
    assert bench.casting.chosen("es") == "natural:alex"
    bench.wish({"fr": "plain:fr"})
    assert (bench.casting.chosen("es"), bench.casting.chosen("fr")) == ("", "plain:fr")
    assert bench.told == []


def test_what_cannot_be_had_is_told_once_and_the_rest_holds() -> None:
    """An unknown voice, a voice of another language, a language that is not offered, one without any voice."""
    bench = Bench()
    wish = {"es": "natural:alex", "fr": "natural:dora", "ja": "jf", "nl": "plain:nl"}

    for _ in range(3):
        bench.wish(wish)

    assert bench.casting.chosen("es") == "natural:alex"
    assert bench.told == [
        Trouble(
            "",
            "speak",
            "fr",
            "there is no voice natural:dora for this language: the usual ones speak",
            ReportCode.VOICE_MISSING,
        ),
        Trouble(
            "",
            "speak",
            "ja",
            "there is no voice jf for this language: the usual ones speak",
            ReportCode.VOICE_MISSING,
        ),
        Trouble(
            "",
            "speak",
            "nl",
            "a voice was chosen for this language, which is not available here",
            ReportCode.VOICE_MISSING,
        ),
    ]


def test_a_register_may_be_chosen_in_place_of_a_name() -> None:
    """For a language that has such voices; for another one it is told as a voice that is not there is."""
    bench = Bench({"es": ("es", "es+f2", "es+f3"), "fr": ("low", "fr+f1")})
    bench.wish({"es-MX": "high", "fr": "low"})

    heard = [
        bench.casting.voice(name, bench.synthesizer.voices("es"), language="es").name for name in ("a", "b")
    ]
    assert sorted(heard) == ["es+f2", "es+f3"]
    assert bench.casting.chosen("fr") == "low", "a voice of that name goes before"
    assert bench.told == []

    bench = Bench({"es": ("es+f2",)})
    bench.wish({"es": "low", "ja": "high"})
    assert bench.casting.voice("a", bench.synthesizer.voices("es"), language="es").name == "es+f2"
    assert [(trouble.language, trouble.reason) for trouble in bench.told] == [
        ("es", "there is no voice low for this language: the usual ones speak"),
        ("ja", "there is no voice high for this language: the usual ones speak"),
    ]


def test_a_service_that_starts_late_is_not_judged_before_it_speaks() -> None:
    """The choice holds from the moment on that its voices are known."""
    bench = Bench()
    known, bench.synthesizer.info = bench.synthesizer.info, info("remote")

    bench.wish({"es": "natural:alex", "fr": "gone"})
    assert (bench.told, bench.casting.chosen("es")) == ([], "")

    bench.synthesizer.info = known
    bench.voices.look(OFFERED)
    assert bench.casting.chosen("es") == "natural:alex"
    assert [trouble.language for trouble in bench.told] == ["fr"]


def test_the_engine_of_each_spoken_language() -> None:
    """As it is chosen, else the first; none for a language without voices or where engines have no names."""
    bench = Bench({"es": SPANISH, "fr": ("plain:fr",), "en": ("af_heart",)})
    bench.wish({"es": "plain:es+f2"})

    plain = frozenset({"plain"})
    assert bench.voices.engines(("en", "es", "fr", "ja"), {}) == {"en": {""}, "es": plain, "fr": plain}
    bench.wish({})
    assert bench.voices.engines(("es",), {"anna": ("es",)}) == {"es": {"natural"}}


def test_who_is_heard_in_a_voice_like_theirs_has_the_engine_of_that() -> None:
    """The others have the usual one; who is not heard in a language does not count."""
    bench = Bench({"es": ("plain:es",), "fr": ("plain:fr",)})
    bench.wish({})
    bench.casting.liken({("anna", "es"): "natural:blend~dora.100", ("anna", "fr"): "natural:blend~alex.100"})

    heard = {"anna": ("es",), "bea": ("es", "fr")}
    assert bench.voices.engines(("es", "fr"), heard) == {"es": {"natural", "plain"}, "fr": {"plain"}}
    assert bench.voices.engines(("es",), {"anna": ("es",)}) == {"es": {"natural"}}


def test_many_voices_of_many_languages_stay_within_bounds() -> None:
    """All languages keep their first voices; a few languages show all they may."""
    codes = tuple(f"{first}{second}" for first in "abcdefgh" for second in "klmnopqrst")
    many = Bench({code: tuple(f"plain:{code}+{part}" for part in range(60)) for code in codes})
    few = Bench({code: tuple(f"plain:{code}+{part}" for part in range(60)) for code in codes[:5]})
    many.wish({}, codes)
    few.wish({}, codes)

    shown = many.voices.shown()
    assert shown.keys() == set(codes)
    assert {len(names) for names in shown.values()} == {3}
    assert shown["ak"] == ("plain:ak+0", "plain:ak+1", "plain:ak+2")
    assert len(json.dumps(shown)) <= MOST_CHARACTERS
    assert {len(names) for names in few.voices.shown().values()} == {MOST_EACH}


def test_where_there_is_no_room_for_all_each_engine_keeps_some() -> None:
    """Natural voices are not pushed out by the many plain ones that are asked before them."""
    codes = tuple(f"{first}{second}" for first in "abcdefgh" for second in "klmno")
    bench = Bench(
        {
            code: (*(f"plain:{part}" for part in range(10)), *(f"rich:{part}" for part in range(9)))
            for code in codes
        }
    )
    bench.wish({}, codes)

    shown = bench.voices.shown()["ak"]
    assert shown == (*(f"plain:{part}" for part in range(4)), *(f"rich:{part}" for part in range(4)))


def test_a_voice_that_is_not_shown_can_be_chosen_all_the_same() -> None:
    """What is shown is bounded, what may be asked for is not."""
    bench = Bench({"es": tuple(f"v{number}" for number in range(50))})

    bench.wish({"es": "v49"})

    assert bench.casting.voice("anna", (Voice("v0", "es"), Voice("v49", "es")), language="es").name == "v49"
    assert bench.told == []
