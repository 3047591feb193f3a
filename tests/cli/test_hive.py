"""`hive` as people run it: help, errors in one line, exit statuses."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from auth_service.paired_rooms import PairedRoomWish
from auth_service.wiring import opened
from cli.main import parser
from config.settings import Settings
from stack.keys import with_own_keys
from stack.parts import ROOT

COMMANDS = (
    "demo",
    "up",
    "worker",
    "speech",
    "voice",
    "accounts",
    "pair",
    "join",
    "doctor",
    "models",
    "settings",
    "init",
    "database",
    "backup",
    "restore",
    "bench",
    "load",
)


def hive(
    *arguments: str, home: Path | None = None, seconds: float = 60, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs `hive` with no settings but those given here."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("HIVE_")}
    environment |= {"HIVE_CONFIG": os.devnull, "COLUMNS": "120"} | variables
    if home is not None:
        environment |= {"HOME": str(home), "HIVE_CACHE": str(home / "cache")}
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=seconds,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_help_names_every_command() -> None:
    """`hive --help` lists the commands and documents the exit statuses."""
    shown = hive("--help")

    assert shown.returncode == 0
    assert shown.stderr == ""
    for command in COMMANDS:
        assert f"\n    {command} " in shown.stdout
    assert "exit status:" in shown.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`hive COMMAND --help` says what it does, its options, and examples."""
    with pytest.raises(SystemExit) as end:
        parser().parse_args([command, "--help"])

    shown = capsys.readouterr().out
    assert end.value.code == 0
    assert f"usage: hive {command}" in shown
    assert f"examples:\n  hive {command}" in shown
    assert "--config FILE" in shown


def test_help_is_quick_because_it_imports_nothing_heavy() -> None:
    """Reading the command line loads no engine, no LiveKit, no HTTP library and no rich."""
    code = (
        "import sys; from cli.main import parser; parser(); "
        "heavy = {'numpy', 'livekit', 'aiohttp', 'rich', 'structlog', 'pydantic'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )

    assert shown.stdout == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "status", "error"),
    [
        ((), 2, "hive: error: the following arguments are required: COMMAND"),
        (("dance",), 2, "hive: error: argument COMMAND: invalid choice: 'dance'"),
        (("demo", "--talk", "/no/such.wav"), 2, "hive: error: there is no recording /no/such.wav"),
        (("demo", "--speaks", "?"), 2, "hive demo: error: argument --speaks: '?' is not a language code"),
        (("speech", "--only", "asr"), 2, "hive speech: error: argument --only: 'asr' is none of stt, mt, tts"),
        (("doctor", "--config", "/no/such.toml"), 2, "hive: error: cannot read the settings file /no/such.toml"),
        (("models", "path", "nothing"), 1, "hive: error: there is no model 'nothing'; there are whisper-tiny,"),
        (("bench",), 2, "hive bench: error: the following arguments are required: WHAT"),
        (("bench", "hearing", "--file", "/no/such.wav"), 1, "hive: error: cannot read /no/such.wav"),
        (("bench", "hearing", "--file", "x", "--pace", "slow"), 2, "hive bench hearing: error: argument --pace"),
        (("bench", "compare", "/no/a.json", "/no/b.json"), 1, "hive: error: [Errno 2] No such file"),
        (("demo", "--text", "/no/such.txt"), 2, "hive: error: there is no text /no/such.txt"),
        (("demo", "--hear", "en,?"), 2, "hive demo: error: argument --hear: '?' is not a language code"),
        (("up", "--port-offset", "99999"), 1, "hive: error: a port offset of 99999 leads outside 1 to 65535"),
    ],
)  # fmt: skip
def test_errors_are_one_line(arguments: tuple[str, ...], status: int, error: str, tmp_path: Path) -> None:
    """What is wrong is said in the last line, without a traceback, and the exit status fits."""
    done = hive(*arguments, home=tmp_path)

    assert done.returncode == status
    assert done.stderr.splitlines()[-1].startswith(error)
    assert "Traceback" not in done.stderr


def test_a_code_that_pairs_is_all_that_is_printed(tmp_path: Path) -> None:
    """Words about it go to standard error; what is not paired cannot be withdrawn, and nothing is listed."""
    made = hive("pair", home=tmp_path)
    assert made.returncode == 0, made.stderr
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}\n", made.stdout)
    assert "http://127.0.0.1:8004" in made.stderr
    listed = hive("pair", "--list", home=tmp_path)
    assert (listed.returncode, listed.stdout) == (0, "")
    unknown = hive("pair", "--withdraw", "nothing", home=tmp_path)
    assert (unknown.returncode, unknown.stderr) == (1, "hive: error: You have no such device.\n")


def test_a_device_is_withdrawn_while_the_media_server_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rooms are over all the same; who is in one is put out by the service."""
    code = hive("pair", home=tmp_path).stdout.strip()
    monkeypatch.setenv("HIVE_CACHE", str(tmp_path / "cache"))

    async def meet() -> str:
        async with opened(with_own_keys(Settings())) as services:
            device = (await services.pairing.redeem(code, "Lab")).device
            wish = PairedRoomWish(hear="es", speak="auto", languages=None)
            await services.paired_rooms.make(device, wish)
            return device.id

    device = asyncio.run(meet())
    assert hive("pair", "--list", home=tmp_path).stdout.split()[::2] == [device, "Lab"]
    done = hive("pair", "--withdraw", device, home=tmp_path, HIVE_LIVEKIT__URL="ws://127.0.0.1:1")
    assert (done.returncode, done.stdout) == (0, "")
    assert "the media server is not reached from here" in done.stderr
    assert hive("pair", "--list", home=tmp_path).stdout == ""


def test_an_unknown_setting_is_named(tmp_path: Path) -> None:
    """A variable that is no setting is an error of usage."""
    done = hive("models", "list", home=tmp_path, HIVE_SPEECH__VOLUME="11")

    assert done.returncode == 2
    assert "speech.volume" in done.stderr.lower()


def test_the_worker_refuses_development_keys(tmp_path: Path) -> None:
    """Outside development, the built-in keys are refused before anything is started."""
    done = hive("worker", home=tmp_path)

    assert done.returncode == 2
    assert "livekit.api_secret is the built-in one" in done.stderr


def test_joining_where_there_is_no_server(tmp_path: Path) -> None:
    """`hive join` says in one line that the server cannot be reached."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{unused.getsockname()[1]}"
        done = hive("join", "somewhere", home=tmp_path, HIVE_LIVEKIT__URL=url, HIVE_DEVELOPMENT="true")

    assert done.returncode == 1
    told = [line for line in done.stderr.splitlines() if line.startswith("hive: error: ")]
    assert len(told) == 1
    assert told[0].startswith(f"hive: error: cannot join somewhere at {url}: ")


def test_options_may_stand_before_and_after_an_action() -> None:
    """`hive models --config X list` and `hive models list --config X` mean the same."""
    before = parser().parse_args(["models", "--config", "x", "list"])
    after = parser().parse_args(["models", "list", "--config", "x"])

    assert before.config == after.config == Path("x")
    assert parser().parse_args(["models", "list"]).config is None


def test_models_are_listed_and_found(tmp_path: Path) -> None:
    """The list shows what is here; a path is printed for scripts."""
    (tmp_path / "kokoro").mkdir()
    for name in ("kokoro-v1.0.int8.onnx", "voices-v1.0.bin"):
        (tmp_path / "kokoro" / name).touch()

    listed = hive("models", "list", home=tmp_path, HIVE_MODELS__DIRECTORY=str(tmp_path))
    path = hive("models", "path", "whisper-small", home=tmp_path, HIVE_MODELS__DIRECTORY=str(tmp_path))

    here = {line.split()[0]: tuple(line.split()[1:3]) for line in listed.stdout.splitlines()[1:]}
    assert (here["kokoro-int8"], here["whisper-small"], here["opus-de-en"]) == (
        ("yes", "yes"), ("-", "yes"), ("-", "no"),
    )  # fmt: skip
    assert "not pinned: their checksums come from the hub itself" in listed.stderr
    assert path.stdout == f"{tmp_path / 'whisper' / 'small'}\n"


def test_fetching_offline_is_one_clear_line(tmp_path: Path) -> None:
    """Without a network, `hive models fetch` says so."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        hub = f"http://127.0.0.1:{unused.getsockname()[1]}"
        done = hive("models", "fetch", "whisper-tiny", home=tmp_path, HIVE_MODELS__HUB_URL=hub)

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("Is this machine offline?")
    assert "Traceback" not in done.stderr


def test_the_usual_models_are_left_out_where_nobody_hands_them_out(tmp_path: Path) -> None:
    """What fits the machine but cannot be had is one clear line, and no failure."""
    done = hive(
        "models", "fetch", "--usual", home=tmp_path, PATH=str(tmp_path),
        HIVE_MODELS__HUB_URL="http://127.0.0.1:9", HIVE_MODELS__RELEASES_URL="http://127.0.0.1:9",
        PIP_CONFIG_FILE=os.devnull, PIP_FIND_LINKS="", PIP_INDEX_URL="http://127.0.0.1:9/simple",
    )  # fmt: skip

    lines = done.stderr.splitlines()
    assert done.returncode == 0
    assert sum(line.startswith("hive: the hub: 127.0.0.1:9 cannot be reached") for line in lines) == 1
    assert lines[-1].startswith("hive: without whisper-")
    assert lines[-1].endswith("nobody who hands them out can be reached from here")


def test_the_embedded_profile_fetches_nothing(tmp_path: Path) -> None:
    """Whoever keeps to what needs no models is not told about any."""
    done = hive("models", "fetch", "--usual", "--profile", "embedded", home=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")


def test_bytes_that_are_not_known_fail_the_check(tmp_path: Path) -> None:
    """`hive models check` names the files that are not what they should be."""
    (tmp_path / "kokoro").mkdir()
    for name in ("kokoro-v1.0.int8.onnx", "voices-v1.0.bin"):
        (tmp_path / "kokoro" / name).touch()

    done = hive("models", "check", home=tmp_path, HIVE_MODELS__DIRECTORY=str(tmp_path))

    assert done.returncode == 1
    assert done.stdout == "kokoro-int8: other bytes than known: kokoro-v1.0.int8.onnx, voices-v1.0.bin\n"


@pytest.mark.live
def test_up_names_the_holder_of_a_port(tmp_path: Path) -> None:
    """`hive up` on a taken port says which port it is and which program holds it."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        done = hive(
            "up",
            home=tmp_path,
            HIVE_LIVEKIT__URL=f"ws://127.0.0.1:{port}",
            PATH=_path_with_server(tmp_path),
            HIVE_MODELS__DOWNLOAD="false",
        )

    assert done.returncode == 1
    assert f"port {port} (livekit) is held by" in done.stderr
    assert f"(process {os.getpid()})" in done.stderr


def _path_with_server(folder: Path) -> str:
    """A PATH on which livekit-server is found, though it is never run."""
    program = folder / "livekit-server"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def test_ctrl_c_while_starting_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C ends `hive up` with 130 even while it still waits for a part, and the part with it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "livekit-server"
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 300\n")
    program.chmod(0o755)
    environment = os.environ | {
        "HIVE_CACHE": str(tmp_path), "HIVE_CONFIG": os.devnull, "PATH": f"{folder}:{os.environ['PATH']}",
        "HIVE_LIVEKIT__URL": f"ws://127.0.0.1:{_free_ports()}", "HIVE_MODELS__DOWNLOAD": "false",
    }  # fmt: skip
    command = [sys.executable, "-m", "cli", "up", "--port-offset", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL
    ) as running:
        try:
            end = time.monotonic() + 30
            while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
                assert time.monotonic() < end
                time.sleep(0.05)
            running.send_signal(signal.SIGINT)
            _, errors = running.communicate(timeout=30)
        finally:
            running.kill()

    assert running.returncode == 130
    assert errors.splitlines()[-1] == "hive: everything has ended"
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()


def _free_ports() -> int:
    """The first of three ports in a row that are free at the moment."""
    for first in range(20_000, 60_000, 7):
        try:
            with socket.create_server(("127.0.0.1", first)), socket.create_server(("127.0.0.1", first + 1)):
                return first
        except OSError:
            continue
    raise AssertionError("no free ports")


@pytest.mark.engines
def test_doctor_speaks_json(tmp_path: Path) -> None:
    """`hive doctor --json` prints one object that says whether the profile can run, and exits accordingly."""
    done = hive("doctor", "--json", "--profile", "embedded", home=tmp_path, seconds=120)

    examined = json.loads(done.stdout)
    assert examined["profile"] == "embedded"
    assert done.returncode == (0 if examined["can_run"] else 3)
