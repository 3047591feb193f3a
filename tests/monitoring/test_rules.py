"""The rules that Prometheus records and alerts by, as its own promtool reads and runs them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from stack.parts import ROOT
from tests.monitoring.rule_cases import MONITORING, Case, document, steady, times, until
from worker.figures.series import CAPTION, SPREADS, TTFT

RULES = sorted((MONITORING / "rules").glob("*.yml"))


def promtool(*arguments: str | Path, cwd: Path = ROOT) -> str:
    """What it prints; the test fails where it does."""
    command = ["promtool", *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def rules() -> Iterator[dict[str, Any]]:
    for path in RULES:
        for group in yaml.safe_load(path.read_text())["groups"]:
            yield from group["rules"]


def alerts() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for rule in rules():
        if "alert" in rule:
            found.setdefault(rule["alert"], []).append(rule)
    return found


def test_promtool_takes_the_configuration(tmp_path: Path) -> None:
    """As it is shipped, with the two files of tokens beside it."""
    shutil.copytree(MONITORING, tmp_path, dirs_exist_ok=True)
    for name in ("services-token", "metrics-token"):
        (tmp_path / name).touch()
    promtool("check", "config", tmp_path / "prometheus.yml")
    promtool("check", "rules", *RULES)


OBJECTIVES = {
    # name: the threshold that is promised, told, and critical; its alerts
    "translation_ttft": ((0.45, 0.5, 0.6), ("TranslationSlow", "TranslationVerySlow")),
    "caption_latency": ((0.25, 0.3, 0.4), ("CaptionsSlow", "CaptionsVerySlow")),
    "word_retraction_rate": ((0.05, 0.08, 0.12), ("WordsChange", "WordsChangeOften")),
}
WINDOWS = {"translation_ttft": "5m", "caption_latency": "5m", "word_retraction_rate": "10m"}


def held(objective: str, *exceeded: bool) -> dict[str, float]:
    """What the rules say where the promise, the first and the second threshold are exceeded."""
    promise, *told = exceeded
    met = f'sum(hive:objective_met{{objective="{objective}"}})'
    return {met: float(not promise), **dict(zip(OBJECTIVES[objective][1], map(float, told), strict=True))}


def objective_cases() -> Iterator[Case]:
    """For each threshold one where it is kept and one where it is not, as little on either side as can be."""
    for objective, name in (("translation_ttft", TTFT), ("caption_latency", CAPTION)):
        thresholds = OBJECTIVES[objective][0]
        for place, threshold in enumerate(thresholds):
            for slow in (4, 6):
                exceeded = [place > other or (place == other and slow == 6) for other in range(3)]
                case = f"{slow} % of {objective} above {threshold} s"
                yield Case(case, times(name, slow, above_s=threshold), held(objective, *exceeded))
    for place, threshold in enumerate(OBJECTIVES["word_retraction_rate"][0]):
        for changed in (threshold - 0.001, threshold + 0.001):
            exceeded = [changed > other for other in OBJECTIVES["word_retraction_rate"][0]]
            assert sum(exceeded) in {place, place + 1}
            series = words(steady(1000), steady(1000 * changed))
            case = f"{changed:.1%} of the words change"
            yield Case(case, series, held("word_retraction_rate", *exceeded), at="15m")


def words(shown: str, changed: str) -> dict[str, str]:
    return {
        'hive_words_shown_total{language="es"}': shown,
        'hive_words_changed_total{language="es"}': changed,
    }


def window_cases() -> Iterator[Case]:
    """What was slow counts as long as the window is, and not longer."""
    for name, alert in ((TTFT, "TranslationVerySlow"), (CAPTION, "CaptionsVerySlow")):
        bounds = SPREADS[name].bounds_s
        quick = {f'{name}_bucket{{language="de",le="{bound}"}}': steady(1) for bound in [*bounds, "+Inf"]}
        slow = {f'{name}_bucket{{language="es",le="{bound}"}}': until(5, 0) for bound in bounds}
        slow[f'{name}_bucket{{language="es",le="+Inf"}}'] = until(5, 100)
        for at, fires in (("9m", 1.0), ("10m30s", 0.0)):
            yield Case(f"{name} slow until 5m, at {at}", slow | quick, {alert: fires}, at=at)
    changing = words(steady(100), until(5, 100))
    for at, fires in (("13m", 1.0), ("14m", 0.0), ("15m30s", 0.0)):
        # at 13m those of the two minutes before 5m are more than 12 % of ten minutes' words
        yield Case(f"words changed until 5m, at {at}", changing, {"WordsChangeOften": fires}, at=at)


def silence_cases() -> Iterator[Case]:
    """Where nobody speaks nothing is slow, and no objective is said to be met."""
    silent = times(TTFT, 0, above_s=0.45) | times(CAPTION, 0, above_s=0.25) | words("0x120", "0x120")
    silent = dict.fromkeys(silent, "0x120")
    quiet = dict.fromkeys((name for _, names in OBJECTIVES.values() for name in names), 0.0)
    yield Case("nobody speaks", silent, quiet)
    yield Case("there are no rooms", {}, quiet)


HERE = {
    f'up{{job="{job}",instance="a"}}': "1x120"
    for job in ("worker", "stt", "mt", "tts", "auth", "livekit", "voice")
}


def level(name: str, labels: str, values: str) -> dict[str, str]:
    return {f"hive_{name}{{{labels}}}": values}


def part_cases() -> Iterator[Case]:
    """Each of the other alerts, and the same where there is no reason for it."""
    yield Case("all are here", HERE, {"NothingAnswers": 0, "PartDown": 0})
    for job in ("worker", "livekit"):
        gone = f'up{{job="{job}",instance="a"}}'
        yield Case(f"{job} is gone", {**HERE, gone: "1x10 0x90"}, {"NothingAnswers": 1, "PartDown": 1})
        left = {key: values for key, values in HERE.items() if key != gone}
        yield Case(f"{job} has no address", left, {"NothingAnswers": 1, "PartDown": 0})
        two = {**HERE, gone: "0x120", gone.replace('"a"', '"b"'): "1x120"}
        yield Case(f"one {job} of two is gone", two, {"NothingAnswers": 0, "PartDown": 1})
    yield Case("down for a moment", {**HERE, 'up{job="mt",instance="a"}': "1x18 0 1x9"}, {"PartDown": 0})
    both = level("worker_registered", 'instance="a"', "1x10 0x90") | level(
        "worker_can_start", 'instance="a"', "1x10 0x90"
    )
    yield Case("a worker can do nothing", both, {"WorkerNotRegistered": 1, "WorkerCannotStartRooms": 1})
    well = dict.fromkeys(both, "1x120")
    yield Case("a worker is well", well, {"WorkerNotRegistered": 0, "WorkerCannotStartRooms": 0})
    for state, fires in (("1x10 0x90", 1), ("1x120", 0)):
        series = level("part_up", 'part="stt"', state)
        yield Case(f"a part says {state}", series, {"PartUnwell": fires})
    for rooms, fires in ((7, 0), (8, 1)):
        series = level("rooms", 'instance="a"', "4x120") | level("rooms", 'instance="b"', f"{rooms - 4}x120")
        series |= level("rooms_most", 'instance="a"', "4x120") | level("rooms_most", 'instance="b"', "4x120")
        yield Case(f"{rooms} rooms of 8", series, {"WorkersFull": fires})
    for name, label, limit, alert, kept, broken in (
        ("engine_waiting", 'engine="opus"', "engine_waiting_most", "QueueFills", 80, 81),
        ("gpu_memory_used_bytes", 'gpu="0"', "gpu_memory_total_bytes", "GpuMemoryFull", 95, 96),
    ):
        for value, fires in ((kept, 0), (broken, 1)):
            series = level(name, label, f"{value}x120") | level(limit, label, "100x120")
            yield Case(f"{name} {value} of 100", series, {alert: fires})
    for kind in ("requests", "connections"):
        for value, fires in ((90, 0), (91, 1)):
            series = level(f"service_{kind}", 'service="mt"', f"{value}x120")
            series |= level("service_most", f'service="mt",of="{kind}"', "100x120")
            yield Case(f"{value} {kind} of 100", series, {"ServiceFull": fires})
    for step, fires in ((0, 0), (1, 1)):
        series = level("service_problems_total", 'service="mt",code="overloaded"', steady(step))
        yield Case(f"refused {step}", series, {"ServiceRefuses": fires})
        faults = level("auth_failures_total", 'what="reconciler"', steady(step))
        yield Case(f"faults {step}", faults, {"FaultsSurvived": fires})
    for value, fires in ((300, 0), (301, 1)):
        series = level("voice_jobs_oldest_seconds", 'priority="p0"', f"{value}x120")
        yield Case(f"a message waits {value} s", series, {"MessagesWait": fires})
    for free, fires in ((0.1, 0), (0.09, 1)):
        series = level("recordings_disk_free_ratio", 'instance="a"', f"{free}x120")
        yield Case(f"disk {free} free", series, {"RecordingsDiskFull": fires})


def room_cases() -> Iterator[Case]:
    for values, fires in (("3+0x120", 0), ("9+0x120", 0), ("0+0.15x120", 0), ("4+0.6x120", 1)):
        yield Case(
            f"lag {values}", level("channel_lag_seconds", 'language="es"', values), {"LagGrows": fires}
        )
    for lost, told, critical in ((0.9, 0, 0), (1.1, 1, 0), (4.9, 1, 0), (5.1, 1, 1)):
        series = level("sound_lost_seconds_total", 'instance="a"', steady(lost))
        series |= level("sound_seconds_total", 'instance="a"', steady(100))
        yield Case(
            f"{lost} % of the sound is lost",
            series,
            {
                "SoundLost": told,
                "SoundLostOften": critical,
                "round(hive:coverage:heard, 0.001)": 1 - lost / 100,
            },
        )
    for share, fires in ((4, 0), (6, 1)):
        failed = level("clauses_translated_total", 'language="es",outcome="failed"', steady(share))
        failed |= level("clauses_translated_total", 'language="es",outcome="doubtful"', steady(20))
        failed |= level("clauses_translated_total", 'language="es",outcome="done"', steady(80 - share))
        yield Case(f"{share} % are not translated", failed, {"TranslationsFail": fires})
        skipped = level("clauses_voiced_total", 'language="es",outcome="skipped"', steady(share))
        skipped |= level("clauses_voiced_total", 'language="es",outcome="spoken"', steady(100 - share))
        yield Case(f"{share} % are not spoken", skipped, {"VoiceSkips": fires})


CASES = [*objective_cases(), *window_cases(), *silence_cases(), *part_cases(), *room_cases()]


def test_alerts_fire_when_they_should_and_only_then(tmp_path: Path) -> None:
    """On either side of each threshold, within each window, and in silence."""
    written = tmp_path / "rules.test.yml"
    written.write_text(yaml.safe_dump(document(CASES), sort_keys=False, width=1000))
    promtool("test", "rules", written)


def test_every_alert_has_a_case_that_fires_it_and_one_that_does_not() -> None:
    """So that none is there that cannot fire, or never ends."""
    for fires in (False, True):
        seen = {name for case in CASES for name, value in case.says.items() if bool(value) is fires}
        assert alerts().keys() - seen == set(), f"fires: {fires}"


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_objectives_have_the_promised_windows_and_thresholds(objective: str) -> None:
    """As they are promised: nothing rounded, no further patience."""
    thresholds, names = OBJECTIVES[objective]
    recorded = {rule["record"]: rule["expr"] for rule in rules() if "record" in rule and "labels" not in rule}
    assert set(re.findall(r"\[(\w+)\]", recorded[objective])) == {WINDOWS[objective]}
    met = next(
        rule for rule in rules() if rule.get("labels") == {"objective": objective} and "record" in rule
    )
    assert met["expr"] == f"{objective} <= bool {thresholds[0]}"
    for name, threshold, severity in zip(names, thresholds[1:], ("warning", "critical"), strict=True):
        [alert] = alerts()[name]
        assert alert["expr"] == f"{objective} > {threshold}"
        assert alert["labels"]["severity"] == severity
        assert "for" not in alert


def test_every_alert_says_what_to_do() -> None:
    """Its severity, a sentence, and a section of the documentation that is there."""
    headings = re.findall(r"^#{2,3} (.+)$", (ROOT / "docs" / "monitoring.md").read_text(), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
    for name, variants in alerts().items():
        for alert in variants:
            assert alert["labels"]["severity"] in {"warning", "critical"}
            assert alert["annotations"]["summary"]
            page, _, anchor = alert["annotations"]["runbook"].partition("#")
            assert page == "docs/monitoring.md"
            assert anchor in anchors, name
