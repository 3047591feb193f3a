"""Function words before which a sentence can be divided, by language."""

from __future__ import annotations

from typing import Final

from pipeline.text import languages


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


CLAUSE_OPENERS: Final[dict[str, frozenset[str]]] = {
    "en": _set(
        "but because so although though however when while if unless until since whereas which who where "
        "whether before after therefore otherwise then"
    ),
    "es": _set("pero porque aunque cuando mientras si sino donde entonces así como pues luego antes después"),
    "fr": _set(
        "mais parce car donc quand lorsque lorsqu puisque puisqu si tandis pendant où quoique alors ensuite "
        "avant après afin"
    ),
    "de": _set(
        "aber weil denn sondern obwohl wenn während dass damit nachdem bevor falls sobald als wo dann also "
        "deshalb sodass"
    ),
    "pt": _set("mas porque embora quando enquanto se onde então pois porém depois antes"),
    "it": _set("ma perché però quando mentre se anche dove quindi poiché sebbene allora dopo prima"),
    "ca": _set("però perquè encara quan mentre si sinó on doncs llavors després abans"),
    "nl": _set("maar omdat want dus hoewel als toen terwijl wanneer dat zodat nadat voordat waar dan daarom"),
}
"""Words before which a sentence can usually be divided, for recognisers that give no punctuation."""

COORDINATORS: Final[dict[str, frozenset[str]]] = {
    "en": frozenset({"and", "or"}),
    "es": frozenset({"y", "e", "o", "u"}),
    "fr": frozenset({"et", "ou"}),
    "de": frozenset({"und", "oder"}),
    "pt": frozenset({"e", "ou"}),
    "it": frozenset({"e", "ed", "o", "oppure"}),
    "ca": frozenset({"i", "o"}),
    "nl": frozenset({"en", "of"}),
}
"""Words that join clauses, but single words as well: they need more text before them."""

PHRASE_OPENERS: Final[dict[str, frozenset[str]]] = {
    "en": _set(
        "about above across after against along among around as at before behind below between by despite during for "
        "from in inside into near on onto outside over since through towards under until via with within without "
        "that who which whose where when while because"
    ),
    "es": _set(
        "a ante bajo con contra desde durante en entre hacia hasta para por según sin sobre tras que quien cuyo cuya "
        "donde cuando mientras porque"
    ),
    "ca": _set(
        "a amb cap contra des durant en entre fins per segons sense sobre que qui on quan mentre perquè"
    ),
    "fr": _set(
        "à au aux avec chez contre dans depuis derrière devant durant en entre jusqu par parmi pendant pour sans selon "
        "sous sur vers qui que qu dont où quand parce"
    ),
    "it": _set(
        "a al alla allo ai alle agli con contro da dal dalla dai dalle durante fra in nel nella nei nelle per secondo "
        "senza sopra sotto su sul sulla sui sulle tra verso che cui dove quando mentre perché"
    ),
    "pt": _set(
        "a à ao aos às até com contra desde durante em entre na nas no nos para pela pelas pelo pelos por perante "
        "segundo sem sob sobre que quem cujo cuja onde quando enquanto porque"
    ),
    "pl": _set(
        "bez dla do między na nad o od po pod podczas przed przez przy w we z za ze że który która które gdzie gdy"
    ),
    "uk": _set(
        "без в від для до за з зі із на над о перед під після по при про у через що який яка яке які де коли"
    ),
    "ru": _set(
        "без в во для до за из к ко на над о об от перед по под после при про с со у через что который которая которое "
        "которые где когда"
    ),
    "sv": _set(
        "bakom efter från för genom hos i med mellan mot om på runt till under utan vid över som att där när"
    ),
    "no": _set(
        "bak etter for fra gjennom hos i med mellom mot om på rundt til under uten ved over som at der når"
    ),
    "da": _set(
        "bag efter for fra gennem hos i med mellem mod om på rundt til under uden ved over som at der når"
    ),
}
"""Prepositions, relative words and complementisers of languages in which the verb stands before them: what came before
can be translated without them. Left out are those that bind to the word before ("of", "de", "to")."""


def opens_clause(word: str, language: str) -> bool:
    """Whether it is a conjunction, or works like one."""
    code, plain = languages.base(language), word.strip().casefold()
    return plain in CLAUSE_OPENERS.get(code, ()) or plain in COORDINATORS.get(code, ())


def opens_phrase(word: str, language: str) -> bool:
    """Whether a phrase begins with it that what came before can do without."""
    plain = word.strip().casefold()
    return plain in PHRASE_OPENERS.get(languages.base(language), ()) or opens_clause(word, language)
