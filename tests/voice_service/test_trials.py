"""Trials: who gets which variant, what may be told and when, what it changes, and that it promises what it keeps."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import numpy as np
import pytest
import pytest_asyncio
from sqlalchemy import func, select

from config.settings import Settings
from foundation.database import reading
from pipeline.engines.protocols import Voice
from tests.auth_service.conftest import WallClock
from tests.fakes.engines import ScriptedTranslator, ToneSynthesizer
from tests.fakes.recognition_service import ScriptedRecognition
from tests.voice_service.accounts import accounts, bearer, code, new_tenant
from tests.voice_service.messaging import Api, messaging, wav
from tests.voice_service.test_watching import _entry, _tenant, asking, watched
from voice_service.accounts.records import AccountRole
from voice_service.messages.records import MessageQuality
from voice_service.messages.speaking import voice_for
from voice_service.messages.tuning import Exposure, VoiceRule
from voice_service.quality.feedback import Opinion
from voice_service.storage.quality_tables import exposures
from voice_service.trials.judging import outcome, standings
from voice_service.trials.records import Metric, Trial, TrialOutcome, TrialPlan, TrialStatus, Variant, Verdict
from voice_service.trials.sequential import Sample, compare
from voice_service.wiring import VoiceServices

__all__ = ("asking", "watched")
AB = "/api/v1/admin/ab-test"
NOW, HIGH = Variant("now", 0.5), Variant("careful", 0.5, {"recogniser": "high"})


def plan(**changes: Any) -> TrialPlan:
    """Two halves, by rating."""
    values: dict[str, Any] = {
        "name": "careful ears", "variants": (NOW, HIGH), "metric": Metric.RATING, "alpha": 0.05,
        "effect": 0.3, "least_people": 20, "most_people": 1000,
    }  # fmt: skip
    return TrialPlan(**values | changes)


def trial_of(plan: TrialPlan, salt: str = "s") -> Trial:
    """One that runs."""
    return Trial(
        id="t", plan=plan, salt=salt, status=TrialStatus.RUNNING, outcome=None, promoted=None, created_at=0,
        ended_at=None,
    )  # fmt: skip


BODY = {
    "name": "careful ears",
    "variants": [
        {"name": "now", "share": 0.5},
        {"name": "careful", "share": 0.5, "settings": {"recogniser": "high"}},
    ],
    "metric": "rating",
    "least_people": 20,
}

# --- who gets which ---------------------------------------------------------------------------------------


def test_each_person_always_gets_the_same_and_all_get_their_shares() -> None:
    """A new salt deals anew, independently of the one before."""
    shares = plan(variants=(Variant("now", 0.6), Variant("a", 0.3), Variant("b", 0.1)))
    first, second = trial_of(shares), trial_of(shares, "another")
    people = [f"person {number}" for number in range(20_000)]
    dealt = [first.assigned(first.unit("t1", person)).name for person in people]

    assert dealt == [first.assigned(first.unit("t1", person)).name for person in people]
    counts = Counter(dealt)
    shares_dealt = {name: counts[name] / 20_000 for name in ("now", "a", "b")}
    assert shares_dealt == pytest.approx({"now": 0.6, "a": 0.3, "b": 0.1}, abs=0.015)
    anew = [second.assigned(second.unit("t1", person)).name for person in people]
    both = sum(one == other == "a" for one, other in zip(dealt, anew, strict=True)) / 20_000
    assert both == pytest.approx(0.09, abs=0.01)
    assert first.unit("t1", "p") != first.unit("t2", "p")


# --- the statistics ---------------------------------------------------------------------------------------

RATINGS = np.array([1, 2, 3, 4, 5])


def _stops(first: Any, other: Any, *, alpha: float, effect: float, least: int) -> int | None:
    """After how many people of each a trial ends that is looked at after every fifth; None: never."""
    sums = [np.cumsum(values) for values in (first, other)]
    squares = [np.cumsum(values**2) for values in (first, other)]
    for n in range(least, len(first) + 1, 5):
        means = [float(total[n - 1]) / n for total in sums]
        variances = [
            (float(total[n - 1]) - n * mean * mean) / (n - 1)
            for total, mean in zip(squares, means, strict=True)
        ]
        samples = [Sample(n, mean, variance) for mean, variance in zip(means, variances, strict=True)]
        if compare(*samples, alpha=alpha, effect=effect).conclusive:
            return n
    return None


def _simulated(shift: float, *, runs: int, people: int, seed: int, metric: str) -> list[int | None]:
    dice = np.random.default_rng(seed)
    found = []
    for _ in range(runs):
        if metric == "rating":  # skewed, as ratings are; the other one a little better
            chances = np.array([0.08, 0.07, 0.15, 0.3, 0.4])
            moved = chances + shift * np.array([-0.1, -0.05, -0.1, -0.05, 0.3])
            first, other = (dice.choice(RATINGS, people, p=p / p.sum()) for p in (chances, moved))
        else:  # the logarithms of times, with stragglers
            first, other = (
                np.log(dice.gamma(2.0, 800, people)) + (dice.random(people) < 0.03) for _ in range(2)
            )
            other = other + shift
        effect = 0.3 if metric == "rating" else 0.1
        found.append(_stops(first.astype(float), other.astype(float), alpha=0.05, effect=effect, least=50))
    return found


@pytest.mark.parametrize("metric", ["rating", "latency"])
def test_who_looks_again_and_again_is_not_told_what_is_not_there(metric: str) -> None:
    """In 600 trials without a difference, each looked at up to 390 times, at most a twentieth says yes."""
    stops = _simulated(0.0, runs=600, people=2000, seed=20_261_127, metric=metric)
    assert sum(stop is not None for stop in stops) / 600 <= 0.05


def test_an_ordinary_test_would_be_fooled() -> None:
    """The same looks at a test that is meant for one look: why this one is used."""
    dice = np.random.default_rng(7)
    fooled = 0
    for _ in range(200):
        first, other = (np.cumsum(dice.normal(0, 1, 2000)) for _ in range(2))
        n = np.arange(50, 2001, 5)
        fooled += bool(np.any(np.abs(first[n - 1] - other[n - 1]) / np.sqrt(2 * n) > 1.96))
    assert fooled / 200 > 0.25


@pytest.mark.parametrize(("metric", "shift"), [("rating", 0.7), ("latency", 0.2)])
def test_what_is_there_is_found_soon(metric: str, shift: float) -> None:
    """A difference of about half a point, or a fifth of the time: nearly always, and long before the end."""
    stops = _simulated(shift, runs=200, people=2000, seed=5, metric=metric)
    found = [stop for stop in stops if stop is not None]
    assert len(found) / 200 >= 0.9
    assert float(np.median(found)) < 800


def test_the_interval_holds_at_all_times_at_once() -> None:
    """It is the test turned round: the true difference leaves it in at most a twentieth of the trials."""
    dice = np.random.default_rng(11)
    left = 0
    for _ in range(300):
        values = dice.normal(0, 1, 1000), dice.normal(0.25, 1, 1000)
        sums, squares = [np.cumsum(each) for each in values], [np.cumsum(each**2) for each in values]
        for n in range(30, 1001, 10):
            samples = [
                Sample(n, total[n - 1] / n, (square[n - 1] - total[n - 1] ** 2 / n) / (n - 1))
                for total, square in zip(sums, squares, strict=True)
            ]
            told = compare(*samples, alpha=0.05, effect=0.3)
            if not told.low <= 0.25 <= told.high:
                left += 1
                break
    assert left / 300 <= 0.05


def test_a_sample_is_what_the_books_say() -> None:
    """Count, mean, unbiased variance; of one value there is no variance."""
    values = [4.0, 7.0, 13.0, 16.0]
    assert Sample.of(values) == Sample(4, 10.0, 30.0)
    assert Sample.of([3.0]) == Sample(1, 3.0, 0.0)
    assert Sample.of([]) == Sample()
    with pytest.raises(ValueError, match="two people"):
        compare(Sample.of([1.0]), Sample.of(values), alpha=0.05, effect=0.3)


def test_everybody_saying_the_same_is_no_certainty_beyond_measure() -> None:
    """Intervals stay numbers."""
    alike = Sample.of([5.0] * 30)
    told = compare(alike, alike, alpha=0.05, effect=0.3)
    assert (told.difference, told.conclusive) == (0.0, False)
    assert math.isfinite(told.low)


# --- what may be told -------------------------------------------------------------------------------------


def test_nothing_is_told_before_all_have_enough_people() -> None:
    """However clear it looks."""
    clear = {"now": Sample(19, 1.0, 0.1), "careful": Sample(500, 5.0, 0.1)}
    found = standings(plan(), clear)
    assert [(each.people, each.mean, each.low, each.verdict) for each in found] == [
        (19, None, None, None), (500, None, None, Verdict.TOO_FEW),
    ]  # fmt: skip
    assert outcome(plan(), found) is None


def test_the_stop_rule() -> None:
    """Better, all worse, nothing shown at the end; with several variants each has its part of alpha."""
    even = Sample(20, 3.0, 1.0)
    three = plan(variants=(NOW, HIGH, Variant("quick", 0.1, {"recogniser": "fast"})))

    def ends(plan: TrialPlan, **samples: Sample) -> TrialOutcome | None:
        return outcome(plan, standings(plan, samples))

    assert ends(plan(), now=even, careful=Sample(20, 5.0, 1.0)) is TrialOutcome.BETTER
    assert ends(plan(), now=even, careful=Sample(20, 1.0, 1.0)) is TrialOutcome.WORSE
    assert ends(plan(), now=even, careful=even) is None
    assert ends(three, now=even, careful=Sample(20, 1.0, 1.0), quick=even) is None
    done = Sample(1000, 3.0, 1.0)
    assert ends(plan(), now=done, careful=done) is TrialOutcome.NO_DIFFERENCE
    slow, quick = Sample(500, math.log(2000), 0.1), Sample(500, math.log(1000), 0.1)
    timed = plan(metric=Metric.LATENCY, effect=0.1)
    found = standings(timed, {"now": slow, "careful": quick})
    assert found[1].verdict is Verdict.BETTER
    measured = [found[0].mean, found[1].mean, found[1].difference]
    assert measured == pytest.approx([2.0, 1.0, -0.5])
    narrow = standings(plan(), {"now": Sample(200, 3.0, 1.0), "careful": Sample(200, 3.4, 1.0)})[1]
    samples = {"now": Sample(200, 3.0, 1.0), "careful": Sample(200, 3.4, 1.0), "quick": Sample(200, 3.0, 1.0)}
    wide = standings(three, samples)[1]
    assert narrow.low is not None
    assert wide.low is not None
    assert wide.low < narrow.low


async def _operator(services: VoiceServices) -> dict[str, str]:
    await accounts(services).add_tenant("house", "enterprise")
    person = await accounts(services).add_person("house", "Olga", AccountRole.OPERATOR)
    return bearer(await accounts(services).new_key("house", "console", person))


# --- kept, on both databases ------------------------------------------------------------------------------


async def _take_part(services: VoiceServices, trial: str, ratings: dict[str, list[int]]) -> None:
    """A person with one message for each rating; its first one counts."""
    found = await services.trials.find(trial)
    tenant = await _tenant(services, "acme", "pro")
    caller = await services.callers.by_credential(await accounts(services).new_key("acme", "first"))
    number = 0
    for variant, values in ratings.items():
        for value in values:
            number += 1
            entry = _entry(number, tenant, services.clock(), processing_time_ms=1000.0 * value)
            await services.messages.messages.history.add(entry)
            unit = found.unit(tenant, str(number))
            await services.trials.expose(entry.id, [Exposure(trial, unit, variant)])
            await services.feedback.give(caller, entry.id, Opinion(rating=value))


async def test_a_trial_from_its_beginning_to_its_promotion(
    watched: VoiceServices, asking: httpx.AsyncClient, clock: WallClock
) -> None:
    """It is decided by itself, changes nothing by itself, and is promoted by hand; everything is audited."""
    begun = (await asking.post(AB, json=BODY)).json()
    assert begun["status"] == "running"
    assert [(each["people"], each["verdict"]) for each in begun["variants"]] == [(0, None), (0, "too_few")]
    trial = begun["id"]
    assert code(await asking.post(f"{AB}/{trial}/promote", json={"variant": "careful"})) == (
        409,
        "trial_running",
    )

    await _take_part(watched, trial, {"now": [2, 3] * 10, "careful": [5, 4] * 10})
    told = (await asking.get(f"{AB}/{trial}")).json()
    assert told["status"] == "running"  # looking ends nothing
    assert told["variants"][1] | {"low": 0, "high": 0} == {
        "variant": "careful", "share": 0.5, "settings": {"recogniser": "high"}, "people": 20, "mean": 4.5,
        "difference": 2.0, "low": 0, "high": 0, "verdict": "better",
    }  # fmt: skip
    assert await watched.trials.judge(await watched.trials.find(trial))
    assert not await watched.trials.judge(await watched.trials.find(trial))
    decided = (await asking.get(f"{AB}/{trial}")).json()
    assert (decided["status"], decided["outcome"], decided["promoted"]) == ("decided", "better", None)
    assert decided["variants"] == told["variants"]
    assert (await asking.get(AB)).json()["defaults"] == []
    assert await watched.trials.in_force() == ([], [])

    assert code(await asking.post(f"{AB}/{trial}/promote", json={"variant": "other"})) == (
        404,
        "unknown_variant",
    )
    promoted = (await asking.post(f"{AB}/{trial}/promote", json={"variant": "careful"})).json()
    assert (promoted["status"], promoted["promoted"]) == ("ended", "careful")
    shown = (await asking.get(AB)).json()
    assert shown["defaults"] == [
        {"setting": "recogniser", "value": "high", "trial": trial, "since": "2027-01-15T08:00:00Z"}
    ]
    for _ in range(2):
        assert (await asking.delete(f"{AB}/defaults/recogniser")).status_code == 204
    assert (await asking.get(AB)).json()["defaults"] == []
    deeds = (await asking.get("/api/v1/admin/audit")).json()["deeds"]
    assert [deed["what"] for deed in deeds if "trial" in deed["what"] or "setting" in deed["what"]] == [
        "setting reset", "trial promoted", "trials read", "trial decided", "trial begun",
    ]  # fmt: skip
    assert next(deed["who"] for deed in deeds if deed["what"] == "trial decided") == "service"


async def test_times_are_compared_by_their_ratio(watched: VoiceServices, asking: httpx.AsyncClient) -> None:
    """One value for each person, whatever they say of it later; what is erased is gone from it."""
    trial = (await asking.post(AB, json=BODY | {"metric": "latency"})).json()["id"]
    await _take_part(watched, trial, {"now": [4] * 20, "careful": [2] * 20})
    told = (await asking.get(f"{AB}/{trial}")).json()["variants"]
    assert (told[0]["mean"], told[1]["mean"], told[1]["difference"]) == (4.0, 2.0, -0.5)
    tenant = await watched.messages.messages.history.find(
        (await accounts(watched).tenants())[0].id, f"{1:024x}"
    )
    await watched.messages.messages.history.delete(tenant.tenant, f"{1:024x}")
    assert (await asking.get(f"{AB}/{trial}")).json()["variants"][0]["people"] == 19


async def test_a_trial_ends_by_hand_and_before_its_messages_go(
    watched: VoiceServices, asking: httpx.AsyncClient, clock: WallClock
) -> None:
    """By hand nothing is decided; twice changes nothing."""
    trial = (await asking.post(AB, json=BODY)).json()["id"]
    ended = (await asking.post(f"{AB}/{trial}/end")).json()
    assert (ended["status"], ended["outcome"]) == ("ended", None)
    assert (await asking.post(f"{AB}/{trial}/end")).json() == ended
    old = (await asking.post(AB, json=BODY)).json()["id"]
    clock.pass_s(29 * 86_400)
    assert await watched.trials.judge(await watched.trials.find(old))
    assert (await asking.get(f"{AB}/{old}")).json()["outcome"] == "out_of_time"


async def test_trials_do_not_disturb_each_other(watched: VoiceServices, asking: httpx.AsyncClient) -> None:
    """A setting is tried by one at a time, and there are not many."""
    assert (await asking.post(AB, json=BODY)).status_code == 201
    assert code(await asking.post(AB, json=BODY)) == (409, "trial_overlaps")
    other = {"name": "b", "share": 0.5, "settings": {"voice": "first"}}
    assert (await asking.post(AB, json=BODY | {"variants": [BODY["variants"][0], other]})).status_code == 201  # type: ignore[index]
    assert code(await asking.get(f"{AB}/abc")) == (404, "unknown_trial")
    assert code(await asking.post(f"{AB}/abc/end")) == (404, "unknown_trial")


@pytest.mark.parametrize(
    "wrong",
    [
        {"variants": BODY["variants"][:1]},  # type: ignore[index]
        {
            "variants": [
                {"name": "now", "share": 0.5},
                {"name": "b", "share": 0.4, "settings": {"voice": "first"}},
            ]
        },
        {
            "variants": [
                {"name": "now", "share": 0.5},
                {"name": "now", "share": 0.5, "settings": {"voice": "first"}},
            ]
        },
        {"variants": [{"name": "now", "share": 0.5}, {"name": "b", "share": 0.5}]},
        {"metric": "clicks"},
        {"alpha": 0.5},
        {"effect": 0},
        {"least_people": 2},
        {"most_people": 19},
        {"name": ""},
        {"name": "a\0b"},
        {"surprise": 1},
    ],
)
async def test_what_is_no_trial_is_refused(
    services: VoiceServices, client: httpx.AsyncClient, wrong: Any
) -> None:
    """All is said before it begins."""
    headers = await _operator(services)
    assert code(await client.post(AB, headers=headers, json=BODY | wrong)) == (422, "invalid")


@pytest.mark.parametrize("tried", [{"tau": "0.2"}, {"recogniser": "huge"}])
async def test_only_what_is_there_can_be_tried(
    services: VoiceServices, client: httpx.AsyncClient, tried: dict[str, str]
) -> None:
    """There is no tau without a converter of voices."""
    headers = await _operator(services)
    variants = [{"name": "now", "share": 0.5}, {"name": "b", "share": 0.5, "settings": tried}]
    answer = await client.post(AB, headers=headers, json=BODY | {"variants": variants})
    assert code(answer) == (422, "unknown_setting")
    assert set(answer.json()["known"]) == {"recogniser", "translator", "voice"}


async def test_trials_are_for_operators(services: VoiceServices, client: httpx.AsyncClient) -> None:
    """Looking, beginning, ending, promoting, taking back."""
    headers = bearer(await new_tenant(services, "acme", "enterprise"))
    answers = [
        await client.get(AB, headers=headers),
        await client.post(AB, headers=headers, json=BODY),
        await client.post(f"{AB}/abc/end", headers=headers),
        await client.post(f"{AB}/abc/promote", headers=headers, json={"variant": "now"}),
        await client.delete(f"{AB}/defaults/voice", headers=headers),
    ]
    assert {code(answer) for answer in answers} == {(403, "not_operator")}


# --- what it changes --------------------------------------------------------------------------------------


@pytest.fixture
def recognition() -> ScriptedRecognition:
    return ScriptedRecognition("Good morning.")


@pytest_asyncio.fixture
async def api(settings: Settings, recognition: ScriptedRecognition, clock: WallClock) -> AsyncIterator[Api]:
    translator = ScriptedTranslator({("es", "Good morning."): "Buenos días."})
    tones = ToneSynthesizer({"es": 440.0})
    async with messaging(settings, recognition.app(), translator, tones, clock) as api:
        yield api


async def test_messages_are_done_as_the_trial_has_it(api: Api, recognition: ScriptedRecognition) -> None:
    """For whoever asks for nothing else; from the next message on; promoted, for everybody."""
    trials = api.services.trials
    trial = await trials.begin(
        plan(variants=(Variant("now", 0.01), Variant("careful", 0.99, dict(HIGH.settings)))), "t"
    )
    headers = await api.tenant("acme", remembers_messages=True)
    sound = wav(2.0)
    await api.sent(headers, sound)
    variant = trial.assigned(trial.unit("acme", "k-acme")).name
    assert recognition.asked == [{"quality": "high" if variant == "careful" else "balanced"}]
    await api.sent(headers, wav(2.5), quality="fast")
    assert recognition.asked[-1] == {"quality": "fast"}
    assert (await api.sent(headers, sound))["cached"]
    async with reading(api.services.engine) as connection:
        taken = (await connection.execute(select(exposures))).all()
    assert [(row.trial, row.variant, row.unit) for row in taken] == [
        (trial.id, variant, trial.unit("acme", "k-acme"))
    ]

    await trials.end(trial.id, "test")
    again = await api.sent(headers, sound)
    assert again["cached"] == (variant == "now")  # what was tried does not answer what is not
    await trials.promote(trial.id, "careful", "test")
    await api.sent(headers, wav(3.0))
    assert recognition.asked[-1] == {"quality": "high"}
    async with reading(api.services.engine) as connection:
        assert (await connection.execute(select(func.count()).select_from(exposures))).scalar_one() == 1


def test_which_voice_speaks() -> None:
    """By rule; a message that is to be fast has a quick voice in any case."""
    voices = (
        Voice("best:first", "es", register="high", standby=True),
        Voice("best:low", "es", register="low", standby=True),
        Voice("live:quick", "es", register="low"),
    )

    def chosen(rule: VoiceRule, quality: MessageQuality = MessageQuality.BALANCED) -> str:
        voice = voice_for(voices, "low", quality, rule)
        assert voice is not None
        return voice.name

    assert [chosen(rule) for rule in VoiceRule] == ["best:low", "best:first", "live:quick"]
    assert chosen(VoiceRule.FIRST, MessageQuality.FAST) == "live:quick"
