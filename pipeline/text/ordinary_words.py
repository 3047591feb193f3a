"""Words that everybody says: a term that is spelled like one is not meant when it stands in small letters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.text import languages

_FUNCTION_WORDS: Final[Mapping[str, str]] = {
    "en": "a about after all also am an and any are as at be been before but by can could did do does for from get go "
    "got had has have he her here him his how i if in into is it its just let like made make may me might more most "
    "much must my need no nor not now of off ok on once one only or our out over own per she should so some such than "
    "that the their them then there these they this those to too under until up us very was we well were what when "
    "where which while who whom whose why will with would yes yet you your",
    "es": "a al algo alguien ante así aún bajo bien como con cual cuando da dar de del desde di donde dos e el él ella "
    "en entre era es esa ese eso esta está este esto fue ha hace han hasta hay he la las le les lo los más me mi mí "
    "mis muy ni no nos o os otra otro para pero por porque que qué se sé ser si sí sin sobre son su sus tal te ti "
    "toda todo tras tu tú un una uno va ve ver vez y ya yo",
    "fr": "a à ai as au aux avec ça car ce ces cet cette ci comme dans de des donc dont du elle en es est et eu eux "
    "fait il ils je la là le les leur lui ma mais me mes moi mon ne ni non nos notre nous on ont or ou où par pas "
    "peu plus pour qu quand que qui quoi sa sans se ses si soi son sont sur ta te tes toi ton tous tout tu un une va "
    "vos votre vous y",
    "de": "ab aber alle als also am an auch auf aus bei bin bis bist da damit dann das dass dem den denn der des die "
    "dies doch dort du durch ein eine einem einen einer er es euch für hab hat hier ich ihm ihn ihr im in ist ja je "
    "kein man mehr mein mich mir mit nach nein nicht noch nun nur ob oder ohne sehr sei sein sich sie sind so über um "
    "und uns unter vom von vor war was weil wem wen wenn wer wie wir wird wo zu zum zur",
    "pt": "a ao aos as até com como da das de dela dele depois do dos e é ela ele em entre era essa esse esta este eu "
    "foi há isso já lá lhe mais mas me meu minha muito na não nas nem no nos nós o os ou para pela pelo por qual "
    "quando que quem se sem ser seu só sua são também te tem ter tu um uma vai você",
    "it": "a ad ai al alla anche avere che chi ci come con cosa cui da dal dei del della di do dove e è ed era essere "
    "fa gli ha hanno ho i il in io la le lei lo loro lui ma me mi mia mio ne nei nel no noi non o per più può quando "
    "quel questa questo qui sa se sei si sì sia solo sono su sua suo te ti tra tu un una uno va vi voi",
    "ca": "a al als amb com d de del dels el els ella ell em en era és et fa ha hi ho i ja jo l la les li lo me més mi "
    "molt na ni no nos o on per però que qui se sense ser si sí són són te tot tu un una us va vam vas",
    "nl": "aan al als bij dan dat de den der des die dit doe door dus een en er ge geen had heb heeft hem het hier hij "
    "hoe hun ik in is ja je kan maar me meer men met mij mijn na naar niet nog nu of om ons ook op over te tot u uit "
    "van veel voor waar was wat we wel wie wij wil ze zei zelf zich zij zijn zo zou",
}  # fmt: skip

_ORDINARY: Final[Mapping[str, str]] = {
    "en": "access air aim apple apples arc art august back band base basic bay bear best bill black blue board bolt "
    "book books box brave brook browser brush buffer call calls care cat chase chat chip circle class classroom clay "
    "cloud clouds code coin cash copy core craft crown curve dash data dawn day design digital dock docs dot draft "
    "dream drew drive edge element ember exchange excel expo faith fable fall field figure files fire fit flash flex "
    "flow focus form forms frank front galaxy game gap gates gem general gene ghost git glass globe go grace grant "
    "green grid guard guild hall harbor harry hear heart help holly home hope horizon hub hunter image indeed ink "
    "insight ivy jack jade jet join journal joy jump june keep key kite lake lance lane large lead lean learn lens "
    "level light lightning lily link list live lotus love mail main march mark market marks mars mason master matter "
    "max media meet meeting meets memory mesh metal mint mirror monday mode moon nest net news night note notes "
    "notion now number numbers oak office one open oracle orange outlook page pages paint paper park pass patch path "
    "pay penny people photos pilot pin pine pinnacle place plan planner play point polish poll pool post power press "
    "prime print project public pulse quest quick ray react reach read red relay ring river robin rocket root rose "
    "round rule rust safari sage sail sales scale scout search sense set shape share sharp sheet sheets shell ship "
    "shop sharepoint signal simple sky slack slide slides smart snap solid sonic sound space spark spot spring sprint "
    "sprout square stack star start state step stone store storm stream stripe studio summer sun sunny surface swift "
    "switch table tables tag take talk target task tasks team teams thread threads tide tiger time tone tools top "
    "touch tower track trust turkey twist unit unity usage verse victor view violet virgin vision visa voice wall "
    "watch wave waves web white wild will win wind window windows wing wise wolf wood word words work workplace world "
    "x young zoom",
    "de": "bahn bank feld frank grün haus kraft licht post ring rot schwarz stern tor weg welt wort zeit",
    "es": "banco bien casa clara cruz esperanza luz mar mercado mundo paz pilar rosa santos sol soledad tierra vida",
    "fr": "banque bleu bon claire coeur jour marche monde orange ordre poste pierre rose sens terre vie",
}  # fmt: skip
"""Words of everyday that are names of products and people as well; no list of them is whole."""


_FUNCTION_SETS: Final = {code: frozenset(words.split()) for code, words in _FUNCTION_WORDS.items()}
_ORDINARY_SETS: Final = {code: frozenset(words.split()) for code, words in _ORDINARY.items()}


def is_function_word(word: str, language: str) -> bool:
    """Whether it is one of the small words that sentences are made of."""
    return word.casefold() in _FUNCTION_SETS.get(languages.base(language), ())


def is_ordinary(word: str, language: str) -> bool:
    """Whether it is a function word, or a common one that is a name too."""
    return is_function_word(word, language) or word.casefold() in _ORDINARY_SETS.get(
        languages.base(language), ()
    )
