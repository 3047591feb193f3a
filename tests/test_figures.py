"""The figures of the code do not get worse; `scripts/figures.py` prints them."""

from __future__ import annotations

from statistics import fmean

from scripts import figures

MEAN_COMPLEXITY = 2.9
DOCUMENTED = 0.95
"""Of public modules, classes, functions and methods."""
LONGEST_FILE = 450


def test_no_further_function_is_complex() -> None:
    """Above twelve ways through it, a function is split by meaning."""
    measured = figures.functions(figures.product())
    above = {it.place for it in measured if it.complexity > figures.MOST_COMPLEX}

    assert above == set()
    assert fmean(it.complexity for it in measured) <= MEAN_COMPLEXITY


def test_public_things_say_what_they_are() -> None:
    """Most have a docstring."""
    documented = figures.public(figures.product())

    assert sum(documented.values()) / len(documented) >= DOCUMENTED


def test_no_name_means_two_things() -> None:
    """A reader who searches for a type finds one. The client says the API's words to others, who have it alone."""
    product = figures.product()
    client = {path: text for path, text in product.items() if path.startswith("hive_client/")}

    assert figures.names_twice(client) == {}
    assert figures.names_twice({path: text for path, text in product.items() if path not in client}) == {}


def test_no_file_grows_without_end() -> None:
    """A file that holds two subjects is split."""
    long = {path: n for path, text in figures.product().items() if (n := text.count("\n")) > LONGEST_FILE}

    assert long == {}


TWO_SUBJECTS = '''\
"""A module."""

from worker import room


class Told:
    """Says what it is."""

    def said(self) -> None: ...

    def _hidden(self) -> None:
        def inner() -> None: ...


def several(a: int, b: int) -> int:
    """Five ways: two conditions, an operator, a loop."""
    if a and b:
        return 1
    return [n for n in range(a)][b] if b else 0


Alias = dict[str, int]
LIMIT = 3
'''


def test_what_the_figures_count() -> None:
    """On a text that shows one of each."""
    files = {
        "pipeline/a.py": TWO_SUBJECTS,
        "turn/b.py": '"""Another."""\n\nAlias = set[str]\n',
        "turn/c.py": "",
    }

    assert figures.functions(files)[0] == figures.Function(5, "pipeline/a.py:several")
    assert {it.place for it in figures.functions(files)[1:]} == {
        "pipeline/a.py:Told.said",
        "pipeline/a.py:Told._hidden",
    }
    assert figures.against_the_arrows(files) == ["pipeline/a.py imports worker"]
    assert figures.names_twice(files) == {"Alias": ["pipeline/a.py", "turn/b.py"]}
    assert figures.public(files) == {
        "pipeline/a.py": True,
        "pipeline/a.py:Told": True,
        "pipeline/a.py:Told.said": False,
        "pipeline/a.py:several": True,
        "turn/b.py": True,
    }
