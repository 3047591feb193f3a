"""What a sign at the end of a word means: a dot may end a sentence, a number, a name or an abbreviation.

The one place that judges dots: for clauses, which come word by word (`ending`, `belongs_together`), and for text
that is cut to sentences (`ends_sentence`). The libraries for it judge whole texts. Of those that are alive, sentencex
(1.0.32) cuts "5 p. m. en la oficina" and "т. е. хорошо", PyICU has no wheel, and none can say "that depends on the
next word", which is what a stream needs to know. The abbreviations are data, see `abbreviations.py`.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto
from typing import Final

from pipeline.text import languages
from pipeline.text.abbreviations import Abbreviation, abbreviation, begins_abbreviation
from pipeline.text.openings import follows_times, opens_sentences


class Ending(Enum):
    """What may follow a word."""

    NOTHING = auto()
    """The clause goes on as far as signs tell."""
    CLAUSE = auto()
    SENTENCE = auto()
    UNDECIDED = auto()
    """A clause ends here unless the next word goes on with it: "10," and "000", "p.m." and "in"."""
    STICKY = auto()
    """Belongs to the next word: an abbreviation, the beginning of a number."""


_ORDINAL_DOT: Final = frozenset({
    "de", "da", "no", "nn", "fi", "cs", "sk", "pl", "hu", "hr", "sr", "sl", "bs", "et", "lv", "is", "tr",
    "lb", "fo", "eu",
})  # fmt: skip
"""Languages that write "3." for "third"."""

_CAPITAL_NOUNS: Final = frozenset({"de", "lb", "tr"})
"""Languages where what is counted often has a capital: "3. Mai", "2. Dünya Savaşı"."""

_DETERMINERS: Final = frozenset({
    "der", "die", "das", "den", "dem", "des", "im", "am", "vom", "zum", "zur", "beim", "ein", "eine",
    "einen", "einem", "einer", "ihr", "ihre", "ihren", "ihrem", "sein", "seine", "seinen", "seinem",
    "unser", "unsere", "unseren", "mein", "meine", "jeder", "jede", "jedes", "jeden", "dieser", "diese",
    "dieses", "diesem",
})  # fmt: skip
"""German: a number of three digits and a dot is an ordinal behind them only."""

_NO_FULL_STOP: Final = frozenset({"th", "lo"})
"""Languages that end sentences with a blank, and abbreviations with a dot."""

_VOWELS: Final = re.compile("[aeiouyæøœıаеёиоуыэюяіїєъ]")
_LATIN_OR_CYRILLIC: Final = re.compile("[a-zа-я]")
_SYLLABIC: Final = frozenset({"cs", "sk", "hr", "sr", "bs", "sl", "mk", "cy"})
"""Languages with words without vowels: "krk", "smrt"."""
_WORD_START: Final = re.compile("[\\s\u3000-\u9fff\uac00-\ud7a3(\\[\"'’«“‘„‚»›¿¡]")
_OPENERS: Final = "([{\"'«“‘„‚»›¿¡”’「『（《"
_QUOTES: Final = '"«“‘„‚»›¿¡'
_LETTER: Final = re.compile(r"[^\W\d_]\.")
_INITIALS: Final = re.compile(r"(?:[^\W\d_]{1,2}\.-?)*[^\W\d_]{1,2}")
_DOUBLED: Final = re.compile(r"([A-Z])\1")
_DIGITS_BEFORE: Final = re.compile(r"^[\d:.,]+(?=[^\W\d_])")
_NUMBER_TAIL: Final = re.compile(r"(?<!\d)\d{1,3}$")
_UNFINISHED_NUMBER: Final = re.compile(r"\d[.,:٫٬]$")
_ROMAN: Final = re.compile(r"[IVXLC]{2,}|[VX]")
_DAY: Final = re.compile(r"\d{1,2}\.\d{1,2}")
_DATE: Final = re.compile(r"\d{4}\.\s*\d{1,2}\.\s*\d{1,2}$")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_SPACED_QUOTE: Final = re.compile(r"[ \u00a0\u202f]+»$")
_LOOK_BACK: Final = 4
"""Words before a dot that are looked at: the longest abbreviations have four parts."""


def ending(text: str, language: str) -> Ending:
    """Judges the end of the last word.

    Args:
        text: the word with some of those before it, which tell "5 p. m." from "plan m."; alone it will do.
    """
    code = languages.base(language)
    core = _core(text, code)
    if not core:
        return Ending.NOTHING
    if core.endswith(("…", "...")):
        return Ending.CLAUSE
    if core[-1] in ".．":
        return _ending_of_dot(core, code)
    if core[-1] in languages.TERMINATORS or (code == "el" and core[-1] in ";\u037e"):
        return Ending.SENTENCE
    return _ending_within(core)


def _ending_within(core: str) -> Ending:
    """Where no sentence ends: at a comma or the like, or nowhere."""
    if core[-1] not in languages.CLAUSE_PUNCTUATION:
        return Ending.STICKY if _NUMBER_TAIL.search(core) else Ending.NOTHING
    unfinished = _UNFINISHED_NUMBER.search(core) and _NUMBER_TAIL.search(core[:-1])
    return Ending.UNDECIDED if unfinished else Ending.CLAUSE


def _ending_of_dot(core: str, code: str) -> Ending:
    if code in _NO_FULL_STOP and languages.is_spaceless(core[-2:-1] or " "):
        return Ending.NOTHING
    meaning = _dot(core[:-1], code)
    if meaning is None:
        return Ending.SENTENCE
    return Ending.STICKY if meaning is Abbreviation.INSIDE else Ending.UNDECIDED


def belongs_together(before: str, after: str, language: str) -> bool:
    """Whether a clause must not be divided between two words: "Dr." and "Smith", "10" and "000", "p." and "m."."""
    head = after.strip()
    if not head or _is_one_number(before, head):
        return True
    if ending(before, language) not in (Ending.UNDECIDED, Ending.STICKY):
        return False
    if head[0].isdigit():
        return True
    code = languages.base(language)
    core = _core(before, code)
    if core[-1].isdigit():
        token = head.split()[0]
        return token.endswith(".") and _dot(token[:-1], code) is not None  # "10 a.m.", "3 Mio."
    return core[-1] in ".．" and _goes_on(core[:-1], head, code)


def _is_one_number(before: str, head: str) -> bool:
    """ "10" and ",000"."""
    return head[0] in ".,:٫٬" and head[1:2].isdigit() and before.strip()[-1:].isdigit()


def ends_sentence(before: str, after: str, language: str) -> bool:
    """Whether a sentence ends between two pieces of a written text.

    Stricter than `ending`, for what follows is known: after a dot, a small letter begins no sentence where there are
    capitals at all, nor after a question that is quoted.
    """
    kind, head = ending(before, language), after.strip()
    core = _core(before, languages.base(language))
    if not head:
        return kind in (Ending.SENTENCE, Ending.UNDECIDED)
    match kind:
        case Ending.SENTENCE:
            return _begins_anew(core, before, head, languages.base(language))
        case Ending.CLAUSE:
            return core.endswith(("…", "...")) and not _is_small(head)
        case Ending.UNDECIDED:
            return core[-1] in ".．" and not belongs_together(before, after, language)
    return False


def _begins_anew(core: str, before: str, head: str, code: str) -> bool:
    """Whether a sentence may begin with `head` after a sign that ends one."""
    quoted = core != before.strip()
    if code == "ja" and quoted and head[0] in "とっ":
        return False
    small = _is_small(head) and any(map(str.isupper, before))
    return not small or (core[-1] not in ".．" and not quoted)


def _core(text: str, code: str) -> str:
    """Without closing quotes and brackets; empty if the last word is nothing else."""
    bare = _SPACED_QUOTE.sub("»", text.strip()) if code == "fr" else text.strip()
    core = bare.rstrip(languages.closers(code))
    return core if core == core.rstrip() else ""


def _is_small(head: str) -> bool:
    word = head.lstrip(_OPENERS)
    return word[:1].islower() and not word[1:2].isupper()  # iPhone, eBay


# --- dots ------------------------------------------------------------------------------------------------


def _dot(stem: str, code: str) -> Abbreviation | None:
    """How the word before a dot is used; None if the dot ends a sentence whatever follows."""
    words = _WORD_START.split(stem)[-_LOOK_BACK:]
    word = _DIGITS_BEFORE.sub("", words[-1])
    before = next((other for other in reversed(words[:-1]) if other), "")
    if _NUMBER_TAIL.search(stem) or word.isdigit():
        return _number(stem, word, before, code)
    counted = before[-1:].isdigit() or bool(_ROMAN.fullmatch(before))
    for form in _forms([*words[:-1], word]):
        kind = _listed(form, counted, code)
        if kind is not None:
            return kind
    return _letters(word, counted, code)


def _listed(form: str, counted: bool, code: str) -> Abbreviation | None:
    """What the lists of words say of an abbreviation, or of the first parts of one."""
    kind = abbreviation(form, code)
    if kind is Abbreviation.INSIDE and counted and len(form) <= 2 and not form.isascii():
        return Abbreviation.EITHER  # "2024 г.", but "г. Москва"
    if kind is None and begins_abbreviation(f"{form}.", code):
        return Abbreviation.EITHER if form.isupper() else Abbreviation.CLOSING
    return kind


def _letters(word: str, counted: bool, code: str) -> Abbreviation | None:
    """Initials, acronyms and numerals; lists of words do not hold them."""
    if _is_either_way(word, code):
        return Abbreviation.EITHER
    if not _is_initials(word):
        return Abbreviation.CLOSING if _has_no_vowel(word, code) else None
    if word == word.lower() == word.upper():
        return None if counted or languages.is_spaceless(word[-1]) else Abbreviation.INSIDE
    small_letter = word.islower() and "." not in word
    return Abbreviation.CLOSING if small_letter else Abbreviation.EITHER


def _is_either_way(word: str, code: str) -> bool:
    """ "EE. UU.", and the ordinals that are Roman numerals."""
    doubled = code in {"es", "ca", "gl", "pt"} and _DOUBLED.fullmatch(word)
    return bool(doubled or (code in _ORDINAL_DOT and _ROMAN.fullmatch(word)))


def _is_initials(word: str) -> bool:
    return bool(_INITIALS.fullmatch(word)) and ("." in word or len(word) == 1)


def _has_no_vowel(word: str, code: str) -> bool:
    """Whether it is hardly a word: "MwSt.", "szt."."""
    bare = unicodedata.normalize("NFD", word).casefold()
    consonants_only = bare.isalpha() and not _VOWELS.search(bare) and _LATIN_OR_CYRILLIC.match(bare)
    return bool(consonants_only) and len(word) > 1 and not word.isupper() and code not in _SYLLABIC


def _number(stem: str, word: str, before: str, code: str) -> Abbreviation | None:
    digits = len(word)
    if code == "ko" and (digits == 4 or _DATE.search(stem)):
        return Abbreviation.NUMBERED if digits == 4 else Abbreviation.CLOSING
    if code == "hu" and digits <= 4:
        return Abbreviation.CLOSING
    if digits > 3 and word.isdigit():
        return None
    return _ordinal(word, before, code) if code in _ORDINAL_DOT else Abbreviation.NUMBERED


def _ordinal(word: str, before: str, code: str) -> Abbreviation:
    """Where a dot makes an ordinal: nouns begin with capitals in some of these languages, as sentences do."""
    if not _is_ordinal(word, before):
        return Abbreviation.NUMBERED
    return Abbreviation.EITHER if code in _CAPITAL_NOUNS else Abbreviation.CLOSING


def _is_ordinal(word: str, before: str) -> bool:
    if word.isdigit() and len(word) <= 2:
        return True
    return bool(_DAY.fullmatch(word)) or before.casefold() in _DETERMINERS


def _forms(words: list[str]) -> list[str]:
    """The last word alone and with the abbreviated ones before it, without blanks; the longest first."""
    forms, form = [words[-1]], words[-1]
    for word in reversed(words[:-1]):
        if not word.endswith((".", "．")):
            break
        form = word + form
        forms.append(form)
    return forms[::-1]


def _goes_on(stem: str, after: str, code: str) -> bool:
    """Whether the word after a dot belongs to the same sentence, after words that `_dot` knows."""
    meaning = _dot(stem, code)
    if meaning is Abbreviation.INSIDE:
        return True
    head = after.lstrip(_OPENERS)
    letters = _LETTERS.match(head)
    if meaning is None or letters is None:
        return meaning not in (None, Abbreviation.NUMBERED)
    token = after.split(maxsplit=1)[0].rstrip(",;:")
    words = _WORD_START.split(stem)[-_LOOK_BACK:]
    if _is_next_part(words, token, code):
        return True
    if meaning is Abbreviation.NUMBERED:
        return False
    if not letters[0][0].isupper():
        return True
    return _goes_on_with_capital(meaning, after, head, letters, code)


def _goes_on_with_capital(
    meaning: Abbreviation, after: str, head: str, letters: re.Match[str], code: str
) -> bool:
    """The same where the next word has a capital: a name, or the beginning of a sentence."""
    if meaning is Abbreviation.CLOSING:
        return code == "en" and follows_times(letters[0])
    elided = head[letters.end() : letters.end() + 1] in "'’" and len(head) > letters.end()
    return after[0] not in _QUOTES and not opens_sentences(letters[0], code, elided=elided)


def _is_next_part(words: list[str], token: str, code: str) -> bool:
    """Whether a word goes on with an abbreviation, a row of initials, or a name by its Roman numeral."""
    if any(_completes(f"{form}.{token}", code) for form in _forms(words)):
        return True
    initial = _LETTER.fullmatch(token) and _INITIALS.fullmatch(words[-1])
    return bool(initial or _ROMAN.fullmatch(token.rstrip(".")))


def _completes(form: str, code: str) -> bool:
    """Whether an abbreviation of several parts goes on, or ends, with this one."""
    return begins_abbreviation(form, code) or (form[-1:] == "." and abbreviation(form[:-1], code) is not None)
