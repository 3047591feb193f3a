"""The service as a program, and `hive accounts` beside it as people run it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from cli import managing
from cli.commands import accounts as accounts_command
from cli.commands import up
from cli.main import parser
from config.settings import Settings
from config.voice import VoiceSettings
from foundation.http.problems import ProblemError
from stack.keys import with_own_keys
from stack.local import Stack
from stack.ports import Ports
from tests.postgresql import postgresql
from tests.voice_service.accounts import bearer, code
from tests.voice_service.programs import HIVE, environment, running
from voice_service.accounts.first import first_key, for_this_machine_alone
from voice_service.accounts.records import AccountRole, Queue, Right
from voice_service.storage.database import opened

KEY = re.compile(r"hive_[A-Za-z0-9_-]{43}")


async def hive(
    home: Path, *arguments: str | bytes, status: int = 0, said: str = "",
    where: Mapping[str, str] = MappingProxyType({}),
) -> str:  # fmt: skip
    """What the installed command prints on standard output."""
    process = await asyncio.create_subprocess_exec(
        HIVE, "accounts", *arguments,
        env=environment(home, **where), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    async with asyncio.timeout(60):
        out, error = await process.communicate()
    assert process.returncode == status, error.decode()
    assert said in error.decode()
    assert "Traceback" not in error.decode()
    return out.decode()


async def test_one_command_gives_a_working_api(tmp_path: Path) -> None:
    """The first start prints a key, once, on standard output; the second prints none, and the first's is good."""
    async with running(tmp_path) as (_, printed, logged):
        pass
    (key,) = set(KEY.findall(printed[0]))
    assert printed[0].count(key) == 1
    assert "hive accounts key new --tenant local" in printed[0]
    assert key not in logged[0]

    async with running(tmp_path) as (client, printed, _):
        account = (await client.get("/api/v1/account", headers=bearer(key))).json()
        audit = (await client.get("/api/v1/admin/audit", headers=bearer(key))).json()
    assert printed == [""]
    assert (account["plan"]["name"], account["role"], account["left"]) == ("enterprise", "operator", None)
    assert [deed["what"] for deed in audit["deeds"]] == ["key made", "operator added", "tenant added"]
    assert {deed["who"] for deed in audit["deeds"]} == {"first start"}


async def test_hive_voice_needs_no_settings(tmp_path: Path) -> None:
    """Its secret is the installation's own, and outlives a restart, and so do tokens."""
    own = with_own_keys(Settings(), tmp_path).voice.secret.get_secret_value()
    async with running(tmp_path, HIVE_VOICE__SECRET=own) as (_, printed, _):
        pass
    (key,) = KEY.findall(printed[0])
    async with running(tmp_path, HIVE_VOICE__SECRET=own) as (client, _, _):
        token = (await client.post("/api/v1/token", headers=bearer(key))).json()["token"]
    async with running(tmp_path, str(HIVE), "voice", HIVE_VOICE__SECRET="secret") as (client, printed, _):
        assert (await client.get("/api/v1/account", headers=bearer(token))).status_code == 200
    assert printed == [""]


async def test_where_others_can_ask_no_key_is_made(tmp_path: Path) -> None:
    """There accounts are made by whoever runs it."""
    async with running(tmp_path, HIVE_VOICE__HOST="0.0.0.0") as (_, printed, _):
        pass
    assert printed == [""]
    assert await hive(tmp_path, "key", "list") == "id  tenant  name  person  made  last used  withdrawn\n"


async def test_accounts_are_managed_while_the_service_runs(tmp_path: Path) -> None:
    """From the command line: made, used, changed and ended, each from the next request on."""
    await hive(tmp_path, "tenant", "add", "acme", "--plan", "free", said="its first key")
    async with running(tmp_path) as (client, printed, logged):
        key = (
            await hive(tmp_path, "key", "new", "--tenant", "acme", "--name", "server", said="this once")
        ).strip()
        assert KEY.fullmatch(key)
        account = (await client.get("/api/v1/account", headers=bearer(key))).json()
        assert (account["plan"]["name"], account["left"]) == ("free", 50)

        await hive(tmp_path, "plan", "set", "free", "--messages", "7", "--languages", "en,pt-BR")
        account = (await client.get("/api/v1/account", headers=bearer(key))).json()
        assert (account["left"], account["languages"]) == (7, ["en", "pt"])

        listed = await hive(tmp_path, "key", "list", "--tenant", "acme")
        assert not KEY.search(listed)
        (line,) = [line for line in listed.splitlines() if " server " in line]
        await hive(tmp_path, "key", "withdraw", line.split()[0])
        assert code(await client.get("/api/v1/account", headers=bearer(key))) == (401, "not_authorised")
        told = await hive(tmp_path, "audit")
        assert [re.split(" {2,}", line)[2] for line in told.splitlines()[1:]] == [
            "key withdrawn", "plan set", "key made", "tenant added",
        ]  # fmt: skip
        assert not any(word in told for word in ("acme", "server", key))
    assert key not in printed[0] + logged[0]


async def test_people_have_keys_of_their_own_in_postgresql(tmp_path: Path) -> None:
    """Likewise, of a tenant that is removed in the end."""
    async with postgresql() as url:
        where = {"HIVE_VOICE__DATABASE_URL": url.render_as_string(hide_password=False)}
        await hive(tmp_path, "tenant", "add", "acme", where=where)
        named = ("--tenant", "acme", "--name")
        ana = (
            await hive(tmp_path, "person", "add", *named, "Ana [red]", "--role", "operator", where=where)
        ).strip()
        assert "Ana [red]  operator" in await hive(tmp_path, "person", "list", where=where)
        key = (await hive(tmp_path, "key", "new", *named, "phone", "--person", ana, where=where)).strip()
        async with running(tmp_path, **where) as (client, _, _):
            account = await client.get("/api/v1/account", headers=bearer(key))
            assert account.json()["person"] == ana
            assert (await client.get("/api/v1/admin/audit", headers=bearer(key))).status_code == 200
            await hive(tmp_path, "tenant", "remove", "acme", where=where)
            assert code(await client.get("/api/v1/account", headers=bearer(key))) == (401, "not_authorised")


async def test_the_local_stack_runs_it_and_its_log_holds_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `hive up` tells on the terminal is told there alone."""
    monkeypatch.setenv("HIVE_CACHE", str(tmp_path))
    stack = Stack(Settings(), parts=("voice",), ports=Ports.free(), directory=tmp_path / "run")
    async with stack, httpx.AsyncClient(base_url=stack.voice_url) as client:
        (key,) = KEY.findall(await up.first_key(stack.settings))
        assert await up.first_key(stack.settings) == ""
        account = await client.get("/api/v1/account", headers=bearer(key))
        assert account.json()["plan"]["name"] == "enterprise"
        assert "hive_" not in stack.log_of("voice").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("person add --tenant a --name b --role king", "invalid choice"),
        ("plan set Gold!", "small letters"),
        ("plan set free --messages -1", "--messages"),
        ("plan set free --messages 2147483648", "whole number from 0"),
        ("plan set free --messages \u0663", "whole number from 0"),
        ("plan set free --promised-s nan", "seconds"),
        ("plan set free --promised-s 0", "seconds"),
        ("plan set free --rights fly", "'fly' is none of"),
        ("plan set free --languages english!", "not a language code"),
        ("plan set free --languages ,", "name languages"),
        ("plan set free --requests-per-minute 0", "whole number from 1"),
        ("plan set free --queue P3", "none of P0, P1, P2"),
        ("audit --most 0", "whole number from 1"),
        ("key", "ACTION"),
        ("", "SUBJECT"),
    ],
)
def test_what_cannot_be_meant_is_a_matter_of_usage(
    arguments: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what may be meant."""
    with pytest.raises(SystemExit) as end:
        parser().parse_args(["accounts", *arguments.split()])
    assert end.value.code == 2
    assert said in capsys.readouterr().err


def test_rights_on_the_command_line_are_those_that_there_are() -> None:
    """Described without loading what knows them."""
    assert set(accounts_command.RIGHTS) == {right.value for right in Right}
    assert set(accounts_command.ROLES) == {role.value for role in AccountRole}
    assert set(accounts_command.QUEUES) == {queue.value for queue in Queue}


@pytest.mark.parametrize(
    ("subject", "action", "given", "said"),
    [
        ("tenant", "add", {"name": "acme", "plan": "gold"}, "There is no such plan."),
        ("tenant", "add", {"name": "acme", "plan": "\udcff"}, "There is no such plan."),
        ("tenant", "remove", {"name": "\udcff"}, "There is no such tenant."),
        ("tenant", "set", {"name": "nobody", "plan": "pro"}, "There is no such tenant."),
        ("key", "list", {"tenant": "nobody"}, "There is no such tenant."),
        ("key", "withdraw", {"id": "\udcff"}, "There is no such key."),
        ("person", "remove", {"id": "x" * 5000}, "There is no such person."),
        ("person", "add", {"tenant": "nobody", "name": "b", "role": "member"}, "There is no such tenant."),
        ("plan", "set", {"name": "gold", "queue": "P0"}, "A new plan needs messages_per_month, promised_s too."),
    ],
)  # fmt: skip
async def test_what_is_not_there_is_said(
    settings: Settings, subject: str, action: str, given: dict[str, Any], said: str
) -> None:
    """In a line."""
    with pytest.raises(ProblemError) as refused:
        await managing.act(settings, subject, action, given)
    assert refused.value.problem.detail == said


async def test_errors_of_the_command_are_one_line(tmp_path: Path) -> None:
    """With the exit status that says whose fault it was, and without what the database is reached by."""
    assert await hive(tmp_path, "tenant", "add", b"\xff", status=1, said="A name is 1 to 64") == ""
    where = {"HIVE_VOICE__DATABASE_URL": "postgresql://hive:geheim@127.0.0.1:1/x"}
    assert await hive(tmp_path, "audit", status=1, said="hive: error: database: ", where=where) == ""
    wrong = {"HIVE_VOICE__DATABASE_URL": "mysql://hive:geheim@127.0.0.1/x"}
    assert await hive(tmp_path, "audit", status=2, said="'mysql' is not supported", where=wrong) == ""


@pytest.mark.parametrize(
    ("voice", "alone"),
    [
        (VoiceSettings(), True),
        (VoiceSettings(host="::1", public_url="http://localhost:8000"), True),
        (VoiceSettings(host="0.0.0.0"), False),
        (VoiceSettings(host=""), False),
        (VoiceSettings(host="192.168.1.20"), False),
        (VoiceSettings(public_url="https://voice.example.org"), False),
        (VoiceSettings(public_url="voice.example.org"), False),
        (VoiceSettings(trusted_proxies=("127.0.0.1",)), False),
        (VoiceSettings(allowed_hosts=("voice.example.org",)), False),
    ],
)
def test_a_first_key_is_made_where_nobody_else_can_ask(voice: VoiceSettings, alone: bool) -> None:
    """Not where it listens for others, nor behind a proxy."""
    assert for_this_machine_alone(Settings(voice=voice)) is alone


async def test_services_that_start_at_once_make_one_first_key(tmp_path: Path) -> None:
    """And only one tells it."""
    async with opened(f"sqlite:///{tmp_path}/voice.sqlite3") as engine:
        made = await asyncio.gather(*(first_key(engine, Settings(), clock=time.time) for _ in range(8)))
    assert len([key for key in made if key]) == 1
