"""Writes Grafana's dashboards from the table below into config/monitoring/grafana: `python scripts/dashboards.py`.

With --check it writes nothing; exit status 1 if a file is not as the table says.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parent.parent / "config" / "monitoring" / "grafana" / "dashboards"
_DATASOURCE: Final = {"type": "prometheus", "uid": "prometheus"}
_WIDTH: Final = 24
_HEIGHT: Final = 8

WELL, TOLD, CRITICAL = "green", "orange", "red"


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture of one or more expressions, drawn as lines over time."""

    title: str
    queries: Sequence[tuple[str, str]]
    """Each an expression, and how its lines are called."""
    unit: str = "short"
    width: int = 8
    told: float | None = None
    """From here on the line of an alert is drawn."""
    critical: float | None = None
    meaning: str = ""
    kind: str = "timeseries"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page of panels, from left to right and from top to bottom."""

    name: str
    title: str
    panels: Sequence[Panel]
    languages: bool = False
    """Whether a language can be chosen."""


def _p(share: float, series: str, by: str = "language", over: str = "5m", matching: str = "") -> str:
    rate = f"rate({series}_bucket{matching}[{over}])"
    return f"histogram_quantile({share:g}, sum by (le, {by}) ({rate}))"


_FIRING: Final = 'count by (alertname, severity) (ALERTS{alertstate="firing"}) or vector(0)'
_CHOSEN: Final = '{language=~"$language"}'

DASHBOARDS: Final = (
    Dashboard(
        "operator",
        "HIVE: operator",
        (
            Panel(
                "First sound of a translation, 95 %",
                [("translation_ttft", "of all languages")],
                "s", told=0.5, critical=0.6,
                meaning="Promised: 450 ms, over 5 minutes",
            ),
            Panel(
                "Interim captions, 95 %",
                [("caption_latency", "of all languages")],
                "s", told=0.3, critical=0.4,
                meaning="Promised: 250 ms, over 5 minutes",
            ),
            Panel(
                "Words that change after they were shown",
                [("word_retraction_rate", "of all languages")],
                "percentunit", told=0.08, critical=0.12,
                meaning="Promised: 5 %, over 10 minutes",
            ),
            Panel(
                "How much of the last day kept its promise",
                [("avg by (objective) (avg_over_time(hive:objective_met[1d]))", "{{objective}}")],
                "percentunit", kind="stat",
            ),
            Panel(
                "Alerts that fire",
                [(_FIRING, "{{alertname}} {{severity}}")],
                kind="stat",
            ),
            Panel("Parts that answer", [("sum by (job) (up)", "{{job}}")], kind="stat"),
            Panel(
                "Rooms, and how many the workers take",
                [("sum(hive_rooms)", "rooms"), ("sum(hive_rooms_most)", "at most")],
            ),
            Panel(
                "People",
                [
                    ("sum(hive_speakers)", "speak"),
                    ("sum(hive_listeners)", "hear a translation"),
                    ("livekit_participant_total", "in the media server's rooms"),
                ],
            ),
            Panel(
                "What rooms go without",
                [("sum by (stage) (rate(hive_room_troubles_total[5m])) * 60", "{{stage}}, a minute")],
            ),
            Panel(
                "Coverage",
                [
                    ("hive:coverage:heard", "of the sound is heard"),
                    ("avg(hive:coverage:translated)", "of the clauses are translated"),
                    ("avg(hive:coverage:spoken)", "of the translations are spoken"),
                ],
                "percentunit", width=12,
            ),
            Panel(
                "People let in, and refused",
                [
                    ("sum by (way) (rate(hive_auth_joins_total[5m])) * 60", "{{way}}, a minute"),
                    ("sum(rate(hive_auth_refusals_total[5m])) * 60", "refused, a minute"),
                ],
                width=12,
            ),
            Panel(
                "What people say of captions and voices",
                [("sum by (about, good) (increase(hive_auth_ratings_total[1d]))", "{{about}}, good: {{good}}")],
                width=12,
            ),
            Panel(
                "Free on the disk of recordings",
                [("min(hive_recordings_disk_free_ratio)", "free")],
                "percentunit", width=12,
            ),
        ),
    ),
    Dashboard(
        "room",
        "HIVE: rooms by language",
        (
            Panel(
                "First sound of a translation",
                [(_p(0.5, "hive_translation_ttft_seconds", matching=_CHOSEN), "{{language}} half"),
                 (f"hive:translation_ttft:by_language{_CHOSEN}", "{{language}} 95 %")],
                "s", told=0.5, critical=0.6,
                meaning="From the commit of a clause, the wait for the clause before it left out",
            ),
            Panel(
                "Interim captions",
                [(_p(0.5, "hive_caption_latency_seconds", matching=_CHOSEN), "{{language}} half"),
                 (f"hive:caption_latency:by_language{_CHOSEN}", "{{language}} 95 %")],
                "s", told=0.3, critical=0.4,
                meaning="From the sound of a word to the caption that shows it",
            ),
            Panel(
                "Words that change after they were shown",
                [(f"hive:word_retraction_rate:by_language{_CHOSEN}", "{{language}}")],
                "percentunit", told=0.08, critical=0.12,
            ),
            Panel(
                "Ear-voice span",
                [(_p(0.5, "hive_ear_voice_span_seconds", matching=_CHOSEN), "{{language}} half"),
                 (_p(0.95, "hive_ear_voice_span_seconds", matching=_CHOSEN), "{{language}} 95 %")],
                "s", meaning="From the first word of a clause to the first sound of its translation",
            ),
            Panel(
                "Lag at the end of a clause",
                [(_p(0.5, "hive_lag_seconds", matching=_CHOSEN), "{{language}} half"),
                 (_p(0.95, "hive_lag_seconds", matching=_CHOSEN), "{{language}} 95 %")],
                "s",
            ),
            Panel(
                "How far the voice is behind now",
                [(f"hive:channel_lag:most{_CHOSEN}", "{{language}}")],
                "s", meaning="In the room where it is furthest behind",
            ),
            Panel("Speakers", [(f"sum by (language) (hive_speakers{_CHOSEN})", "{{language}}")]),
            Panel("Listeners", [(f"sum by (language) (hive_listeners{_CHOSEN})", "{{language}}")]),
            Panel(
                "Clauses a minute",
                [(f"sum by (language) (rate(hive_clauses_total{_CHOSEN}[5m])) * 60", "said in {{language}}"),
                 (f"sum by (language, outcome) (rate(hive_clauses_translated_total{_CHOSEN}[5m])) * 60",
                  "into {{language}}, {{outcome}}")],
            ),
            Panel(
                "Translations spoken",
                [(f"hive:coverage:spoken{_CHOSEN}", "{{language}}")],
                "percentunit", width=12,
            ),
            Panel(
                "Sound lost",
                [("hive:sound_lost:share", "of all sound")],
                "percentunit", width=12, told=0.01, critical=0.05,
            ),
        ),
        languages=True,
    ),
    Dashboard(
        "engine",
        "HIVE: engines and machines",
        (
            Panel(
                "How long operations take, 95 %",
                [(_p(0.95, "hive_service_seconds", "service, operation"), "{{service}} {{operation}}")],
                "s", width=12,
            ),
            Panel(
                "Operations a second",
                [("sum by (service, operation) (rate(hive_service_seconds_count[5m]))", "{{service}} {{operation}}")],
                "ops", width=12,
            ),
            Panel("Requests under way", [("sum by (service) (hive_service_requests)", "{{service}}")]),
            Panel("Open connections", [("sum by (service) (hive_service_connections)", "{{service}}")]),
            Panel(
                "Refused and failed",
                [("sum by (service, code) (rate(hive_service_problems_total[5m])) * 60", "{{service}} {{code}}")],
            ),
            Panel(
                "Waiting for an engine",
                [("max by (engine) (hive_engine_waiting / hive_engine_waiting_most)", "{{engine}}")],
                "percentunit", told=0.8,
                meaning="Of what may wait; more are refused",
            ),
            Panel(
                "GPU",
                [("max by (gpu) (hive_gpu_used_ratio)", "{{gpu}} calculates"),
                 ("max by (gpu) (hive_gpu_memory_used_bytes / hive_gpu_memory_total_bytes)", "{{gpu}} memory")],
                "percentunit", meaning="Nothing where there is none of NVIDIA's",
            ),
            Panel(
                "Voice messages that wait",
                [("max by (priority) (hive_voice_jobs_waiting)", "{{priority}}")],
            ),
            Panel(
                "Memory",
                [("max by (job, instance) (hive_process_memory_bytes)", "{{job}} {{instance}}")],
                "bytes", width=12,
                meaning="Each program with its helpers; stt, mt and tts are one program where they share a process",
            ),
            Panel(
                "Cores in use",
                [("max by (job, instance) (rate(hive_process_cpu_seconds_total[2m]))", "{{job}} {{instance}}")],
                width=12,
                meaning="Each program with its helpers",
            ),
            Panel(
                "Requests to the public API, 95 %",
                [(_p(0.95, "hive_voice_request_seconds", "route"), "{{route}}")],
                "s", width=12,
            ),
            Panel(
                "Requests to the token service, 95 %",
                [(_p(0.95, "hive_auth_request_seconds", "route"), "{{route}}")],
                "s", width=12,
            ),
        ),
    ),
)  # fmt: skip


def written(dashboard: Dashboard) -> str:
    """The dashboard as Grafana reads it."""
    x = y = 0
    panels = []
    for number, panel in enumerate(dashboard.panels, 1):
        if x + panel.width > _WIDTH:
            x, y = 0, y + _HEIGHT
        place = {"x": x, "y": y, "w": panel.width, "h": _HEIGHT}
        panels.append(_panel(panel, number, place))
        x += panel.width
    body = {
        "uid": f"hive-{dashboard.name}",
        "title": dashboard.title,
        "tags": ["hive"],
        "schemaVersion": 39,
        "editable": False,
        "timezone": "browser",
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "links": [{"title": "HIVE", "type": "dashboards", "tags": ["hive"], "keepTime": True}],
        "templating": {"list": [_language()] if dashboard.languages else []},
        "panels": panels,
    }
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def _panel(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    steps = [(WELL, None), (TOLD, panel.told), (CRITICAL, panel.critical)]
    drawn = [{"color": color, "value": value} for color, value in steps if color == WELL or value is not None]
    custom = {"thresholdsStyle": {"mode": "line" if len(drawn) > 1 else "off"}, "fillOpacity": 10}
    defaults: dict[str, Any] = {
        "unit": panel.unit,
        "min": 0,
        "thresholds": {"mode": "absolute", "steps": drawn},
    }
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.meaning,
        "gridPos": place,
        "datasource": _DATASOURCE,
        "fieldConfig": {
            "defaults": defaults | ({"custom": custom} if panel.kind == "timeseries" else {}),
            "overrides": [],
        },
        "targets": [
            {
                "refId": chr(ord("A") + at),
                "datasource": _DATASOURCE,
                "expr": expression,
                "legendFormat": legend,
            }
            for at, (expression, legend) in enumerate(panel.queries)
        ],
    }


def _language() -> dict[str, Any]:
    return {
        "name": "language",
        "label": "Language",
        "type": "query",
        "datasource": _DATASOURCE,
        "query": {"query": "label_values(hive_words_shown_total, language)", "refId": "languages"},
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def main(arguments: list[str]) -> int:
    """Writes them, or says which are not as the table says."""
    files = {FOLDER / f"{each.name}.json": written(each) for each in DASHBOARDS}
    if arguments == ["--check"]:
        stale = [path.name for path, text in files.items() if not path.exists() or path.read_text() != text]
        print(*(f"{name} is stale: python scripts/dashboards.py" for name in stale), sep="\n")
        return bool(stale)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
