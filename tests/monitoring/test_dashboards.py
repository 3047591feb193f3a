"""Grafana's dashboards, as they are provisioned."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from auth_service.metrics import Metrics
from config.watching import Watch
from scripts import dashboards as table
from speech_service.measures import Measures
from stack.monitor import Monitor
from tests.fakes.agent_server import FakeServer
from tests.monitoring.panels import GRAFANA, dashboards, expressions, names
from tests.monitoring.test_rules import alerts, rules
from tests.stack.test_compose import SERVICES
from voice_service.watching.exposed import Exposed
from worker.figures.page import MetricsPage

LIVEKIT = {"livekit_participant_total"}
"""Those of the media server; the test with a real one holds that it has them."""


@pytest.fixture
def exposed(tmp_path: Path) -> set[str]:
    """All figures that our services expose, and what Prometheus makes of them."""
    server = FakeServer()
    pages = [
        MetricsPage(server, most_rooms=1).text(),
        Measures("mt").prometheus(),
        Metrics(tmp_path).text(),
        Exposed().text(),
        Monitor({}, Watch()).metrics(),
    ]
    server.channel.close()
    found = set(re.findall(r"^# TYPE (\S+)", b"\n".join(pages).decode(), re.MULTILINE))
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    return found | recorded | LIVEKIT | {"up", "ALERTS"}


def test_they_are_as_the_table_says() -> None:
    """Nobody has changed one by hand."""
    assert table.main(["--check"]) == 0


def test_they_ask_for_figures_that_there_are(exposed: set[str]) -> None:
    """As do the rules."""
    asked = [
        *expressions(),
        *((str(rule.get("alert", rule.get("record"))), rule["expr"]) for rule in rules()),
    ]
    assert [
        (place, names(expression) - exposed) for place, expression in asked if names(expression) - exposed
    ] == []
    assert all(names(expression) for _, expression in asked)


def test_prometheus_reads_every_expression(tmp_path: Path) -> None:
    """Whatever Grafana puts in the place of what is chosen."""
    recorded = [
        {"record": f"panel:{number}", "expr": expression}
        for number, (_, expression) in enumerate(expressions())
    ]
    written = tmp_path / "panels.yml"
    written.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))
    checked = subprocess.run(
        ["promtool", "check", "rules", written], capture_output=True, text=True, check=False, timeout=60
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_grafana_finds_them_where_compose_puts_them() -> None:
    """Its source of data, its dashboards, and the page that it begins with."""
    [source] = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())[
        "datasources"
    ]
    [provider] = yaml.safe_load((GRAFANA / "provisioning/dashboards/hive.yml").read_text())["providers"]
    volumes = dict(volume.split(":")[:2] for volume in SERVICES["grafana"]["volumes"])
    assert volumes["./config/monitoring/grafana/provisioning"] == "/etc/grafana/provisioning"
    assert volumes["./config/monitoring/grafana/dashboards"] == provider["options"]["path"]
    assert source["url"] == "http://prometheus:9090"
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert Path(home).parent == Path(provider["options"]["path"])
    assert set(dashboards()) == {"operator", "room", "engine"}
    for name, dashboard in dashboards().items():
        assert dashboard["uid"] == f"hive-{name}"
        uids = {panel["datasource"]["uid"] for panel in dashboard["panels"]}
        assert uids == {source["uid"]}


def test_lines_are_drawn_where_alerts_begin() -> None:
    """The thresholds of the objectives, in each panel that shows one."""
    for panel in dashboards()["operator"]["panels"][:3]:
        objective = panel["targets"][0]["expr"]
        steps = [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"][1:]]
        told = [
            float(alert["expr"].split(" > ")[1])
            for variants in alerts().values()
            for alert in variants
            if alert["labels"].get("objective") == objective
        ]
        assert steps == told
