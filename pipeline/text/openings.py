"""Words that sentences begin with, by language: they tell whether a dot before them ended one.

Articles, pronouns, conjunctions and the like, none of which is a common name; whoever is called Will may speak on.
The idea is that of the "frequent sentence starters" in Kiss and Strunk, Unsupervised Multilingual Sentence Boundary
Detection (2006), with lists instead of counts: a stream has no text to count in.
"""

from __future__ import annotations

from functools import cache
from typing import Final

_OPENINGS: Final[dict[str, str]] = {
    "en": "the a an i he she it we they you this that these those there here my his her its our their your "
    "and but or so if when while as at by for from in into on with without after before since until "
    "because although though however then thus also now today yesterday tomorrow tonight what who whom "
    "whose which where why how is are was were do does did has have had can could would should shall "
    "not no yes all some many most both each every one two three another other let please thank thanks "
    "well okay ok good maybe perhaps once only even still just people everyone everybody nobody "
    "somebody nothing something everything meanwhile later next first second finally",
    "es": "el la los las un una unos unas lo yo tú él ella ello nosotros nosotras ellos ellas usted ustedes "
    "este esta esto estos estas ese esa eso esos aquel aquella mi mis tu tus su sus nuestro nuestra y e "
    "o pero porque si cuando mientras como aunque en de del al a con sin por para desde hasta entre "
    "sobre tras después antes luego entonces también ahora hoy ayer mañana qué quién cuál dónde cómo "
    "cuánto es son era fue está están hay había no sí ya todo todos toda muchos algunos cada otro otra "
    "así además nadie nada algo nos me se le les te gracias bueno bien creo solo sólo según",
    "fr": "le la les l' un une des du de d' je j' tu il elle on nous vous ils elles ce c' cet cette ces ça "
    "cela mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs et ou mais car donc or si s' "
    "quand lorsque comme que qu' qui quoi où pourquoi comment en y dans sur sous avec sans par pour "
    "depuis jusqu' jusque après avant puis ensuite alors aussi maintenant aujourd' hier demain est oui "
    "non ne n' pas tout tous toute chaque plusieurs certains aucun personne rien quelqu' merci bien "
    "enfin ainsi cependant pourtant parce m' t' même à au aux",
    "de": "der die das den dem des ein eine einen einem einer eines ich du er sie es wir ihr man mein meine "
    "dein sein seine ihre unser unsere euer dieser diese dieses diesen diesem jener jene und oder aber "
    "denn doch sondern wenn weil als ob dass da damit während nachdem bevor obwohl in im an am auf aus "
    "bei beim mit nach von vom vor zu zum zur für um durch gegen ohne über unter zwischen seit bis dann "
    "danach davor dort hier jetzt nun heute gestern morgen damals auch nur noch schon so sehr was wer "
    "wen wem wo wann warum wie welche welcher welches ist sind war waren hat haben hatte wird werden "
    "kann können muss nein ja nicht kein keine alle alles viele einige manche jeder jede jedes niemand "
    "jemand nichts etwas danke bitte also deshalb deswegen daher trotzdem außerdem leider vielleicht "
    "gut daraufhin schließlich später dies",
    "pt": "o a os as um uma uns umas eu tu ele ela nós vós eles elas você vocês este esta isto esse essa isso "
    "aquele aquela meu minha seu sua nosso nossa e ou mas porque se quando enquanto como embora em no "
    "na nos nas de do da dos das com sem por pelo pela para desde até entre sobre após depois antes "
    "então também agora hoje ontem amanhã que quem qual onde é são era foi está estão há havia não sim "
    "já tudo todos toda muitos alguns cada outro outra assim além ninguém nada algo obrigado obrigada "
    "bem só",
    "it": "il lo la i gli le l' un uno una un' io tu lui lei noi voi loro egli ella questo questa questi "
    "queste quello quella quel mio mia suo sua nostro nostra e ed o ma perché se quando mentre come "
    "anche anzi quindi poi allora dopo prima in nel nella nei nelle nell' di del della dell' dei a ad "
    "al alla all' da dal dalla dall' con senza per tra fra su sul sulla sull' che chi quale dove è sono "
    "era erano fu ha hanno c' ci vi si ne non no sì oggi ieri domani ora adesso tutto tutti tutta molti "
    "alcuni ogni altro nessuno niente qualcosa così inoltre grazie bene solo infatti però",
    "ca": "el la els les l' un una uns unes jo tu ell ella nosaltres vosaltres ells elles vostè això aquest "
    "aquesta aquests aquell aquella meu meva seu seva i o però perquè si quan mentre com encara en al "
    "als a amb sense per des fins entre sobre després abans llavors també ara avui ahir demà què qui "
    "quin on és són era va hi no sí ja tot tots tota molts alguns cada altre així ningú res gràcies bé "
    "només del dels de d' s' n' m' t' ho",
    "gl": "o a os as un unha eu ti el ela nós vós eles elas isto iso este esta ese e ou pero porque se cando "
    "mentres en no na de do da con sen por para desde ata despois antes entón tamén agora hoxe onte que "
    "quen é son era foi hai non si",
    "nl": "de het een ik jij je hij zij ze wij we jullie u dit dat deze die mijn zijn haar ons onze hun en of "
    "maar want dus als toen terwijl omdat hoewel in op aan bij met na naar van voor door tegen zonder "
    "over onder tussen sinds tot uit dan daarna daar hier nu vandaag gisteren morgen ook nog al zo wat "
    "wie waar wanneer waarom hoe welke is was waren heeft had wordt kan moet nee ja niet geen alle "
    "alles veel sommige elke iedereen niemand iets niets dank goed daarom echter er men",
    "pl": "ja ty on ona ono my wy oni one to ten ta te ci tamten mój twój jego jej nasz ich i a ale lecz bo "
    "więc jeśli jeżeli kiedy gdy jak chociaż choć ponieważ w we na po przed przy z ze do od dla bez o u "
    "za pod nad między przez potem następnie później teraz dziś dzisiaj wczoraj jutro też także tu "
    "tutaj tam co kto gdzie dlaczego czy który która które jest są był była było były ma mają nie tak "
    "wszystko wszyscy każdy nikt nic ktoś coś jednak dlatego dziękuję dobrze już tylko jeszcze oraz "
    "natomiast się",
    "cs": "já ty on ona ono my vy oni to ten ta ti tato tento toto můj tvůj jeho její náš jejich a i ale nebo "
    "protože když pokud jestli jak ačkoli v ve na po před při z ze do od pro bez o u za pod nad mezi "
    "pak potom poté teď nyní dnes včera zítra také tady tam co kdo kde proč kdy který která je jsou byl "
    "byla bylo byli má mají ne ano všechno všichni každý nikdo nic někdo něco však proto děkuji dobře "
    "už jen ještě s k se si podle",
    "sk": "ja ty on ona ono my vy oni to ten tá tí táto tento toto môj tvoj jeho jej náš ich a i ale alebo "
    "pretože keď ak ako hoci v vo na po pred pri z zo do od pre bez o u za pod nad medzi potom teraz "
    "dnes včera zajtra tiež tu tam čo kto kde prečo kedy ktorý ktorá je sú bol bola bolo boli má majú "
    "nie áno všetko všetci každý nikto nič niekto niečo však preto ďakujem dobre už len ešte s k sa si "
    "podľa",
    "ru": "я ты он она оно мы вы они это этот эта эти тот та те мой твой его её ее наш ваш их и а но или "
    "потому если когда пока как хотя в во на по перед при из с со до от для без о об у за под над между "
    "через потом затем после теперь сейчас сегодня вчера завтра тоже также здесь там тут что кто где "
    "почему зачем какой который есть был была было были не нет да всё все каждый никто ничего кто-то "
    "что-то однако поэтому спасибо хорошо уже только ещё еще так к ну вот чтобы",
    "uk": "я ти він вона воно ми ви вони це цей ця ці той та ті мій твій його її наш ваш їх їхній і й а але "
    "або тому якщо коли поки як хоча в у на по перед при з із зі до від для без про за під над між "
    "через потім далі після тепер зараз сьогодні вчора завтра також тут там що хто де чому який яка є "
    "був була було були не ні так усе все всі кожен ніхто нічого хтось щось однак проте дякую добре вже "
    "тільки лише ще щоб ось",
    "be": "я ты ён яна яно мы вы яны гэта гэты і а але або калі як у на па з да ад для без пра потым цяпер "
    "сёння што хто дзе ёсць быў была не так усе",
    "bg": "аз ти той тя то ние вие те това този тази тези и а но или ако когато докато как в във на по пред "
    "при из с със до от за без под над между през после след сега днес вчера утре също тук там какво "
    "кой къде защо е са беше не да всичко всички",
    "tr": "ben sen o biz siz onlar bu şu bunlar benim senin onun bizim ve ama fakat çünkü eğer için sonra "
    "önce şimdi bugün dün yarın burada orada ne kim nerede neden niçin nasıl hangi var yok evet hayır "
    "her herkes hiç kimse bazı ancak daha bir ayrıca böylece teşekkürler tamam iyi de da ise yine artık "
    "bunun buna bunu onu ona",
    "sv": "jag du han hon den det vi ni de man min din sin hans hennes vår denna detta dessa en ett och men "
    "eller för om när medan eftersom fast i på av med till från efter före utan över under mellan sedan "
    "då nu idag igår imorgon också här där vad vem var varför hur är har hade blir kan ska måste nej ja "
    "inte ingen alla allt många några varje tack bra dock därför som så att vid hos",
    "da": "jeg du han hun den det vi i de man min din sin hans hendes vores denne dette disse en et og men "
    "eller for hvis når mens fordi på af med til fra efter før uden over under mellem så da nu dag også "
    "her der hvad hvem hvor hvorfor hvordan er var har havde bliver kan skal må nej ja ikke ingen alle "
    "alt mange nogle hver tak godt derfor som at ved hos om",
    "no": "jeg du han hun den det vi dere de man min din sin hans hennes vår denne dette disse en et ei og "
    "men eller for hvis når mens fordi i på av med til fra etter før uten over under mellom så da nå "
    "dag også her der hva hvem hvor hvorfor hvordan er var har hadde blir kan skal må nei ja ikke ingen "
    "alle alt mange noen hver takk bra derfor som at ved hos om",
    "nn": "eg du han ho det vi de dei man min din den denne dette ein ei eit og men eller for om når i på av "
    "med til frå etter så då no også her der kva kven er var har kan skal nei ja ikkje alle alt",
    "fi": "minä sinä hän se me te he ne tämä tuo nämä ja mutta tai vaan koska jos kun vaikka sitten nyt "
    "tänään eilen huomenna myös täällä siellä mitä kuka missä miksi miten milloin on oli ovat olivat ei "
    "en kyllä joo kaikki moni joku kukaan mikään kuitenkin siksi kiitos hyvä jo vain vielä niin että "
    "siis silloin hänen sen meidän",
    "ro": "eu tu el ea noi voi ei ele acesta aceasta aceștia asta acela un o niște al a și sau dar căci dacă "
    "când cum deși în la pe de din cu fără pentru după înainte între sub peste apoi atunci acum azi "
    "ieri mâine aici acolo ce cine unde este sunt era erau au am ai nu da tot toți fiecare nimeni nimic "
    "ceva însă deci mulțumesc bine doar mai să se astfel prin",
    "hu": "én te ő mi ti ők ez az ezek azok a egy és de vagy mert ha amikor míg bár aztán majd utána most ma "
    "tegnap holnap is itt ott ki hol miért hogyan mikor van volt voltak nem igen minden mindenki senki "
    "semmi valaki valami azonban ezért köszönöm jó már csak még így hogy ezután akkor",
    "el": "ο η το οι τα τον την ένας μια ένα εγώ εσύ αυτός αυτή αυτό εμείς εσείς αυτοί και αλλά ή γιατί αν "
    "όταν ενώ όπως σε στο στη στην στον στα με χωρίς για από πριν μετά ύστερα τότε τώρα σήμερα χθες "
    "αύριο επίσης εδώ εκεί τι ποιος πού πώς πότε είναι ήταν έχει είχε δεν όχι ναι όλα όλοι κάθε κανείς "
    "τίποτα κάτι όμως ευχαριστώ καλά θα να μας του της των",
}  # fmt: skip

_AFTER_TIMES: Final = frozenset({
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february",
    "march", "april", "june", "july", "august", "september", "october", "november", "december", "eastern",
    "central", "pacific", "mountain", "gmt", "utc", "est", "edt", "cst", "cdt", "pst", "pdt", "cet", "cest",
    "bst", "ist",
})  # fmt: skip
"""Capitalised in English, but no beginning of a sentence after "10 a.m."."""


@cache
def _openings(code: str) -> frozenset[str] | None:
    return frozenset(_OPENINGS[code].split()) if code in _OPENINGS else None


def opens_sentences(letters: str, code: str, *, elided: bool = False) -> bool:
    """Whether sentences often begin with a capitalised word; any may where nothing is known of the language.

    Args:
        elided: an apostrophe follows: "L" of "L'an".
    """
    openings = _openings(code)
    word = letters.casefold()
    return openings is None or word in openings or (elided and f"{word}'" in openings)


def follows_times(letters: str) -> bool:
    """Whether a capitalised word may go on after "10 a.m."."""
    return letters.casefold() in _AFTER_TIMES
