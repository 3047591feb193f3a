"""What is asked about a load, and when the answer is no."""

from __future__ import annotations

from dataclasses import replace

import yaml

from bench.rooms import verdict
from bench.rooms.seen import LanguageSeen, Seen
from bench.rooms.verdict import judge
from demo.coverage import Coverage
from stack.parts import ROOT

GOOD = LanguageSeen(
    clauses=10,
    skipped=0,
    coverage=Coverage(100, 99, 95, 98, 97),
    ttft_s=[0.3] * 10,
    ear_voice_s=[2.5] * 10,
    lag=[[(10.0 * number, 2.5) for number in range(10)]],
    missing_captions=0,
)
ROOM = Seen(
    length_s=100.0,
    clauses=10,
    captions_s=[0.1] * 19 + [0.2],
    caption_way_s=[0.01] * 20,
    audio_way_s=[0.1],
    words_shown=200,
    words_changed=4,
    lost_sound_s=0.0,
    unsettled=0,
    missing_originals=0,
    committed_changes=0,
    words=100,
    heard=99,
    right=95,
    languages={"es": GOOD},
)


def failed(*rooms: Seen, faults: tuple[str, ...] = (), cores: tuple[float, ...] = ()) -> list[str]:
    verdict = judge(rooms, faults, cores)
    return [each.question for each in (*verdict.promises, *verdict.bearing) if not each.holds]


def with_language(**changes: object) -> Seen:
    return replace(ROOM, languages={"es": replace(GOOD, **changes)})  # type: ignore[arg-type]


def test_a_load_that_is_borne_passes_every_question() -> None:
    verdict = judge([ROOM, ROOM], (), [0.2, 0.5])

    assert verdict.holds
    assert verdict.keeps_up
    assert [(each.question, each.detail) for each in verdict.promises] == [
        ("translation_ttft: 95 % within 450 ms", "300 ms, median 300 ms, 20 of them"),
        ("caption_latency: 95 % within 250 ms", "105 ms, median 100 ms, 40 of them"),
        ("word_retraction_rate: below 5%", "2.0% of 400 words"),
    ]
    assert [(each.question, each.detail) for each in verdict.bearing] == [
        ("every room had its interpreter to the end", "2 of 2"),
        ("at least 95% of the words were heard", "99.0% of 200 words, 95.0% as they were said"),
        ("nothing was lost", "20 clauses, all complete"),
        (
            "at least 95% of the words were spoken in es",
            "translated 98.0%, spoken 97.0%; 0 of 20 clauses not spoken",
        ),
        ("the lag of es did not grow", "+0.00 s a minute (at least +0.00)"),
        ("each room's process takes at most 0.5 of a core", "0.50 cores"),
    ]


def test_a_broken_promise_does_not_say_that_the_machine_falls_behind() -> None:
    late = replace(ROOM, captions_s=[0.3] * 20, words_changed=20)
    verdict = judge([late])

    assert not verdict.holds
    assert verdict.keeps_up
    assert failed(late) == ["caption_latency: 95 % within 250 ms", "word_retraction_rate: below 5%"]


def test_what_is_lost_is_named() -> None:
    lossy = replace(ROOM, lost_sound_s=1.5, unsettled=2, missing_originals=1)
    (finding,) = [each for each in judge([ROOM, lossy]).bearing if each.question == "nothing was lost"]

    assert not finding.holds
    assert finding.detail == "1.5 s of sound not heard; 2 clauses without outcome; 1 final captions missing"


def test_one_room_whose_lag_grows_is_enough() -> None:
    growing = with_language(lag=[[(10.0 * number, 2.0 + number) for number in range(10)]])

    assert failed(ROOM, growing) == ["the lag of es did not grow"]


def test_a_lag_of_too_few_clauses_is_no_yes() -> None:
    """Nor does it say that the machine falls behind."""
    (finding,) = [each for each in judge([with_language(lag=[])]).bearing if "lag" in each.question]

    assert finding.holds is None
    assert judge([with_language(lag=[])]).keeps_up


def test_words_that_nobody_heard_or_spoke_count() -> None:
    silent = replace(with_language(coverage=Coverage(100, 99, 95, 98, 90)), heard=80)

    assert failed(silent) == [
        "at least 95% of the words were heard",
        "at least 95% of the words were spoken in es",
    ]


def test_a_room_that_could_not_be_held_is_no_load_that_was_borne() -> None:
    assert failed(ROOM, faults=("the interpreter did not come",)) == [
        "every room had its interpreter to the end"
    ]
    assert "nothing was lost" in failed(faults=("the interpreter did not come",))


def test_a_room_process_has_its_share_of_a_core() -> None:
    assert failed(ROOM, cores=(0.2, 0.51)) == ["each room's process takes at most 0.5 of a core"]


def test_promises_are_those_that_operators_are_told_of() -> None:
    """The same bounds as in the rules for Prometheus."""
    rules = yaml.safe_load((ROOT / "config/monitoring/rules/objectives.yml").read_text(encoding="utf-8"))
    kept = {
        rule["labels"]["objective"]: float(rule["expr"].rsplit(" ", 1)[1])
        for group in rules["groups"]
        for rule in group["rules"]
        if rule.get("record") == "hive:objective_met"
    }
    assert kept == {
        "translation_ttft": verdict.TRANSLATION_TTFT_S,
        "caption_latency": verdict.CAPTION_LATENCY_S,
        "word_retraction_rate": verdict.WORD_RETRACTION_RATE,
    }
