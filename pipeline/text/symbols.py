"""Signs in words: "3 × 4" as it is said in a language.

Voices are of no help: espeak-ng, whose phonemes Kokoro and Piper speak too, reads "≤", "→", "‰" and "<" in English at
best, is silent about "€" in Russian, Chinese and Japanese, and says "dollar five" for "$5".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

from pipeline.text import languages

_DECIMAL_COMMA: Final = frozenset(
    {"es", "fr", "de", "it", "pt", "nl", "ca", "pl", "ru", "uk", "tr", "cs", "sv", "el"}
)


_Replacement = str | Callable[[re.Match[str]], str]


class _Words(NamedTuple):
    """One language. An empty one: the voices say the sign well."""

    times: str
    divided: str
    plus_or_minus: str
    about: str
    at_most: str
    at_least: str
    unequal: str
    less: str
    more: str
    equals: str
    plus: str
    minus: str
    per_mille: str
    both: str
    to: str
    """Of an arrow."""
    until: str
    """Of a range."""
    number: str
    per_cent: str
    degrees: str
    celsius: str
    half: str
    quarter: str
    three_quarters: str
    square_metres: str
    currencies: str
    """Dollars, euros, pounds; one of them before a slash where that has another form."""


_TABLE: Final = {
    "en": "times|divided by|plus or minus|about|at most|at least|is not equal to|less than|greater than|"
    "equals|plus|minus|per mille|and|to|to|number||||one half|one quarter|three quarters|square metres|"
    "dollar/dollars euro/euros pound/pounds",
    "es": "por|entre|más menos|aproximadamente|como máximo|como mínimo|distinto de|menor que|mayor que|"
    "igual a|más|menos|por mil|y|a|a|número||||medio|un cuarto|tres cuartos|metros cuadrados|"
    "dólar/dólares euro/euros libra/libras",
    "fr": "fois|divisé par|plus ou moins|environ|au plus|au moins|différent de|inférieur à|supérieur à|égale|"
    "plus|moins|pour mille|et|vers|à|numéro||||un demi|un quart|trois quarts|mètres carrés|"
    "dollar/dollars euro/euros livre/livres",
    "de": "mal|geteilt durch|plus minus|ungefähr|höchstens|mindestens|ungleich|kleiner als|größer als|gleich|"
    "plus|minus|Promille|und|nach|bis|Nummer||||ein halb|ein Viertel|drei Viertel|Quadratmeter|"
    "Dollar Euro Pfund",
    "it": "per|diviso|più o meno|circa|al massimo|almeno|diverso da|minore di|maggiore di|uguale|più|meno|"
    "per mille|e|a|a|numero||||un mezzo|un quarto|tre quarti|metri quadrati|"
    "dollaro/dollari euro sterlina/sterline",
    "pt": "vezes|dividido por|mais ou menos|cerca de|no máximo|no mínimo|diferente de|menor que|maior que|"
    "igual a|mais|menos|por mil|e|para|a|número||||meio|um quarto|três quartos|metros quadrados|"
    "dólar/dólares euro/euros libra/libras",
    "nl": "keer|gedeeld door|plus of min|ongeveer|hoogstens|minstens|ongelijk aan|kleiner dan|groter dan|"
    "is gelijk aan|plus|min|promille|en|naar|tot|nummer||||een half|een kwart|drie kwart|"
    "vierkante meter|dollar euro pond",
    "ca": "per|dividit per|més o menys|aproximadament|com a màxim|com a mínim|diferent de|menor que|"
    "major que|igual a|més|menys|per mil|i|a|a|número||graus|graus Celsius|mig|un quart|tres quarts|"
    "metres quadrats|dòlar/dòlars euro/euros lliura/lliures",
    "pl": "razy|podzielić przez|plus minus|około|najwyżej|co najmniej|nie równa się|mniejsze niż|większe niż|"
    "równa się|plus|minus|promili|i|do|do|numer||||pół|ćwierć|trzy czwarte|metrów kwadratowych|"
    "dolar/dolarów euro funt/funtów",
    "ru": "умножить на|разделить на|плюс-минус|примерно|не более|не менее|не равно|меньше|больше|равно|плюс|"
    "минус|промилле|и|до|до|номер||градусов|градусов Цельсия|половина|четверть|три четверти|"
    "квадратных метров|доллар/долларов евро фунт/фунтов",
    "uk": "помножити на|поділити на|плюс-мінус|приблизно|не більше|не менше|не дорівнює|менше|більше|"
    "дорівнює|плюс|мінус|проміле|і|до|до|номер|відсотків|градусів|градусів Цельсія|половина|чверть|"
    "три чверті|квадратних метрів|долар/доларів євро фунт/фунтів",
    "tr": "çarpı|bölü|artı eksi|yaklaşık|en çok|en az|eşit değil|küçüktür|büyüktür|eşittir|artı|eksi|binde|"
    "ve|sonra|ile|numara||||yarım|çeyrek|dörtte üç|metrekare|dolar avro sterlin",
    "cs": "krát|děleno|plus minus|přibližně|nejvýše|nejméně|se nerovná|menší než|větší než|rovná se|plus|"
    "minus|promile|a|do|až|číslo||||půl|čtvrt|tři čtvrtě|metrů čtverečních|"
    "dolar/dolarů euro/eur libra/liber",
    "sv": "gånger|delat med|plus minus|ungefär|högst|minst|är inte lika med|mindre än|större än|är lika med|"
    "plus|minus|promille|och|till|till|nummer||grader|grader Celsius|en halv|en fjärdedel|"
    "tre fjärdedelar|kvadratmeter|dollar euro pund",
    "el": "επί|διά|συν πλην|περίπου|το πολύ|τουλάχιστον|διάφορο του|μικρότερο από|μεγαλύτερο από|ίσον|συν|"
    "μείον|τοις χιλίοις|και|προς|έως|νούμερο||βαθμοί|βαθμοί Κελσίου|μισό|ένα τέταρτο|τρία τέταρτα|"
    "τετραγωνικά μέτρα|δολάριο/δολάρια ευρώ λίρα/λίρες",
    "zh": "乘以|除以|正负|大约|不超过|至少|不等于|小于|大于|等于|加|负|千分之|和|到|到|第|"
    "|度|摄氏度|二分之一|四分之一|四分之三|平方米|美元 欧元 英镑",
    "ja": "かける|わる|プラスマイナス|約|以下|以上|ノットイコール|小なり|大なり|イコール|プラス|"
    "マイナス|パーミル|と|から|から|ナンバー|パーセント|度|度|二分の一|四分の一|四分の三|"
    "平方メートル|ドル ユーロ ポンド",
    "ko": "곱하기|나누기|플러스 마이너스|약|이하|이상|같지 않음|보다 작음|보다 큼|는|더하기|"
    "마이너스|퍼밀|와|에서|에서|번호|퍼센트|도|도|이분의 일|사분의 일|사분의 삼|"
    "제곱미터|달러 유로 파운드",
    "ar": "ضرب|على|زائد أو ناقص|حوالي|على الأكثر|على الأقل|لا يساوي|أصغر من|أكبر من|يساوي|زائد|ناقص|في الألف|"
    "و|إلى|إلى|رقم|بالمئة|درجة|درجة مئوية|نصف|ربع|ثلاثة أرباع|متر مربع|دولار يورو جنيه",
    "hi": "गुणा|भाग|धन या ऋण|लगभग|अधिकतम|कम से कम|बराबर नहीं|से कम|से अधिक|बराबर|जमा|माइनस|प्रति हज़ार|और|से|"
    "से|नंबर||डिग्री|डिग्री सेल्सियस|आधा|चौथाई|तीन चौथाई|वर्ग मीटर|डॉलर यूरो पाउंड",
}  # fmt: skip

_OF_MONEY: Final = {"es": "de", "fr": "de", "pt": "de", "ca": "de", "it": "di"}
"""What stands between "millions" and the currency."""
_JOINED: Final = frozenset({"zh", "ja"})
"""Languages that put no blanks around the words."""
_BEHIND_NUMBER: Final = frozenset({"ja", "ko"})
"""Languages that say "at most" and "at least" behind it."""

_NUMBER: Final = r"\d+(?:[.,'’\u00a0\u202f ]\d{3})*(?:[.,]\d+)?"
_SCALE: Final = (
    r"(?:\s?(?:thousand|(?:m|b|tr)i[lj]\w*|Mio\.?|Mrd\.?|mln|mld|bn|"
    r"тыс\.?|тис\.?|млн|млрд|милли\w*|мільй\w*|[万萬億亿만억]))?"
)
_UNIT: Final = r"(?:\s?(?:%|‰|€|°C|°F|°))?"
_BLANK_IN_NUMBER: Final = re.compile(
    r"(?<=\d)[\u00a0\u202f](?=\d{3}(?!\d))|(?<![\d.,] )(?<=\d) (?=\d{3}(?: \d{3})*(?:[.,]\d|\s?[€$£%]))"
)
_SHARP: Final = re.compile(r"(?<![\w#])([A-H])(?:#|♯)(?!\w)")
_PLUS_PLUS: Final = re.compile(r"(?<=\b[A-Z])\+\+(?!\+)")
_GAP: Final = "\x1f"
"""A blank beside a word that was put in, until it is known whether a sign follows."""
_UNNEEDED_GAP: Final = re.compile(r"\x1f+(?=[,.;:!?)\]}…])|(?<=[(\[{])\x1f+")
_FRACTIONS: Final = {"½": "5", "¼": "25", "¾": "75"}


def in_words(text: str, language: str) -> str:
    """Says signs as words; what the voices say well, and a language that is not in the table, keeps its signs.

    Blanks within numbers are left out: voices take "1 250,50" for two numbers.
    """
    text = _BLANK_IN_NUMBER.sub("", text)
    code = languages.base(language)
    sharp = "シャープ" if code == "ja" else " sharp"
    text = _PLUS_PLUS.sub(" plus plus", _SHARP.sub(lambda found: found[1] + sharp, text))
    if code not in _TABLE:
        return text
    for pattern, replacement in _rules(code):
        text = pattern.sub(replacement, text)
    return " ".join(_UNNEEDED_GAP.sub("", text).replace(_GAP, " ").split())


@cache
def _rules(code: str) -> tuple[tuple[re.Pattern[str], _Replacement], ...]:
    """What is replaced by what, in this order."""
    words = _Words(*_TABLE[code].split("|"))
    rules: list[tuple[str, _Replacement]] = []

    def say(pattern: str, word: str, *, attached: bool = False) -> None:
        if word:
            before, after = ("", "") if code in _JOINED else ("" if attached else _GAP, _GAP)
            rules.append((pattern, f"{before}{word}{after}"))

    for sign, names in zip("$€£", words.currencies.split(), strict=True):
        rules.append((_amount(sign), _named(names, _OF_MONEY.get(code, ""), joined=code in _JOINED)))
    mark = "," if code in _DECIMAL_COMMA else "."
    for sign, decimals in _FRACTIONS.items():
        rules.append((rf"(?<=\d)\s?{sign}", mark + decimals))
    say(r"½|(?<![\d/.,])1/2(?![\d/]|[.,]\d)", words.half)
    say("¼", words.quarter)
    say("¾", words.three_quarters)
    if code == "zh":
        rules.append((rf"({_NUMBER})\s?[%％]", r"百分之\1"))
        rules.append((rf"({_NUMBER})\s?‰", r"千分之\1"))
    if code in _BEHIND_NUMBER:
        rules.append((rf"(?:≤|<=)\s?({_NUMBER}{_UNIT})", rf"\1 {words.at_most}"))
        rules.append((rf"(?:≥|>=)\s?({_NUMBER}{_UNIT})", rf"\1 {words.at_least}"))
    say("‰", words.per_mille)
    ko = code == "ko"
    rules.append((rf"(?<=\d)({_UNIT})\s?[~–]\s?(?=[-−]?\d)", _between(words.until, code)))
    say(r"(?<!\w)[~≈]\s?(?=\d)|≈", words.about)
    say(r"(?<=\w)~(?=\w)", words.until, attached=ko)
    say(r"(?<![\w)\-–+.,])[-−](?=\d)|(?<=\d)\s?−\s?(?=\d)", words.minus)
    say(r"\+/-|±", words.plus_or_minus)
    say(r"×|(?<=[\w)])\s?\*\s?(?=[\w(])", words.times)
    say("÷", words.divided)
    say(r"≤|<=", words.at_most)
    say(r"≥|>=", words.at_least)
    say(r"≠|!=", words.unequal)
    say(r"(?<!<)<(?!<)", words.less)
    say(r"(?<!>)>(?!>)", words.more)
    say(r"={1,2}", words.equals, attached=ko)
    say(r"(?<![\w+])\+(?=\d)|(?<=[\w)])\s\+\s(?=[\w(])|(?<=\d)\+(?=\d)", words.plus)
    say(r"(?<=\w)\s?&\s?(?=\w)", words.both, attached=ko)
    say(r"\s?→\s?", words.to, attached=ko)
    say(r"(?<![\w&])#\s?(?=\d)|№\s?(?=\d)", words.number)
    say(r"(?<=\d)\s?[%％]", words.per_cent)
    say(r"(?<=\d)\s?m²", words.square_metres)
    say(r"(?<=\d)\s?°\s?C\b", words.celsius)
    say(r"(?<=\d)\s?°(?!\s?[CF]\b)", words.degrees)
    return tuple((re.compile(pattern), replacement) for pattern, replacement in rules)


def _between(word: str, code: str) -> str:
    return (
        rf"\1{word}" if code in _JOINED else rf"\1{word}{_GAP}" if code == "ko" else rf"\1{_GAP}{word}{_GAP}"
    )


def _amount(sign: str) -> str:
    escaped = re.escape(sign)
    before = r"(?:(?<![A-Za-z])|\bUS)" if sign == "$" else ""
    return rf"{before}{escaped}\s?({_NUMBER})({_SCALE})|({_NUMBER})({_SCALE})\s?{escaped}"


def _named(names: str, of: str, *, joined: bool) -> Callable[[re.Match[str]], str]:
    """Says the currency behind the number, wherever its sign stands."""
    one, _, many = names.partition("/")

    def replace(found: re.Match[str]) -> str:
        number, scale = (found[1], found[2]) if found[1] else (found[3], found[4])
        name = one if number == "1" and not scale else many or one
        millions = of if len(scale.strip()) > 4 else ""  # not "mil", "mila", "Mio."
        gap = "" if joined else _GAP
        return number + scale + gap + (f"{millions} " if millions else "") + name + gap

    return replace
