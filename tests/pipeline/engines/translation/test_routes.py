"""Ways between languages."""

from __future__ import annotations

from pipeline.engines.translation.routes import Routes

PAIRS = [
    ("en", "es"),
    ("es", "en"),
    ("es", "fr"),
    ("fr", "es"),
    ("en", "ca"),
    ("ca", "fr"),
    ("fr", "br"),
    ("br", "cy"),
]


def test_the_shortest_way_is_taken() -> None:
    """A direct pair wins; among equally short ways the pivot into which most data went."""
    routes = Routes(PAIRS)

    assert routes.find("en", "es") == ("en", "es")
    assert routes.find("en", "fr") == ("en", "es", "fr")
    assert routes.find("en", "br") == ("en", "es", "fr", "br")
    assert routes.languages == ("br", "ca", "cy", "en", "es", "fr")


def test_there_may_be_no_way() -> None:
    """Too many pivots, no pair, an unknown language and nothing to translate all have no way."""
    routes = Routes(PAIRS)

    assert routes.find("en", "cy") is None
    assert routes.find("cy", "en") is None
    assert routes.find("en", "xx") is None
    assert routes.find("en-US", "en-GB") is None
    assert Routes(PAIRS, max_pivots=0).find("en", "fr") is None


def test_regions_find_their_language() -> None:
    """A tag with a region goes the way of its language, and is named in the route as it was asked for."""
    routes = Routes(PAIRS)

    assert routes.find("en-US", "fr_CA") == ("en-US", "es", "fr_CA")
    assert routes.find("en-US", "es-MX") == ("en-US", "es-MX")


def test_other_codes_of_a_language_go_the_same_way() -> None:
    """`nb` is Norwegian, `iw` Hebrew, whoever names them; Nynorsk is a language of its own."""
    routes = Routes([("nb", "en"), ("en", "iw")])

    assert routes.find("no-NO", "en") == ("no-NO", "en")
    assert routes.find("nb_NO", "en-GB") == ("nb_NO", "en-GB")
    assert routes.find("nb", "he") == ("nb", "en", "he")
    assert routes.find("nn", "en") is None
    assert routes.languages == ("en", "he", "no")
