"""What may be loaded: this machine, or another one by the word of its operator."""

from __future__ import annotations

import pytest

from bench.rooms.target import AnothersMachine, allowed
from cli.main import main


@pytest.mark.parametrize("url", ["http://127.0.0.1:8004", "http://localhost:8004", "http://[::1]:8004/"])
def test_this_machine_may_be_loaded(url: str) -> None:
    assert allowed(url, mine=False) == url


def test_another_machine_only_by_the_word_of_its_operator() -> None:
    with pytest.raises(AnothersMachine, match="--i-operate-this"):
        allowed("https://meet.example.org", mine=False)

    assert allowed("https://meet.example.org", mine=True) == "https://meet.example.org"


@pytest.mark.parametrize("url", ["meet.example.org", "ftp://127.0.0.1", "http://"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        allowed(url, mine=True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--url", "https://meet.example.org"], "--i-operate-this"),
        (["--url", "http://127.0.0.1:1", "--sweep", "curves.json"], "leave --url out"),
        (["--url", "http://127.0.0.1:1", "--endure", "60"], "leave --url out"),
        (["--url", "http://127.0.0.1:1", "--rooms", "50"], "200 clients are more than the 160"),
    ],
)
def test_the_command_says_what_it_does_not_do(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["load", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_stack_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["load", "--url", "http://127.0.0.1:9"]) == 1
    assert "http://127.0.0.1:9 cannot be asked" in capsys.readouterr().err
