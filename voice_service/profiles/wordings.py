"""What people read aloud to agree: a sentence in their language with words that nobody could have recorded before.

Words and not digits, which people read in too many ways; languages that are written without spaces, or in several
ways, are left out, as what is recognised could not be compared.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pipeline.text.languages import base

CODE_WORDS: Final = 4
"""Of 24; as one may be misheard, one code in some 3000 passes for another."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Of one language."""

    sentence: str
    """With the place of the code."""
    cloning: str
    """The same for those who agree to a clone as well."""
    words: tuple[str, ...]
    """What codes are made of: common words, no two of which sound alike."""


WORDINGS: Final[Mapping[str, Wording]] = MappingProxyType(
    {
        "de": Wording(
            "Das ist meine eigene Stimme. Ich bin einverstanden, dass sie hier gemessen und nachgeahmt wird. "
            "Meine Wörter sind {code}.",
            "Das ist meine eigene Stimme. Ich bin einverstanden, dass sie hier gemessen, nachgeahmt und geklont wird. "
            "Meine Wörter sind {code}.",
            tuple(
                "Apfel Brücke Kerze Regenschirm Garten Hammer Insel Küche Leiter Montag Orange Bleistift Kaninchen "
                "Fluss Schule Sommer Teppich Donner Tiger Dorf Wasser Fenster Zucker Elefant".split()
            ),
        ),
        "en": Wording(
            "This is my own voice. I agree that it is measured and imitated here. My words are {code}.",
            "This is my own voice. I agree that it is measured, imitated and cloned here. My words are {code}.",
            tuple(
                "apple bridge candle umbrella garden hammer island kitchen calendar Monday orange pencil rabbit "
                "potato hospital summer table thunder tiger village water window banana elephant".split()
            ),
        ),
        "es": Wording(
            "Esta es mi propia voz. Acepto que aquí se mida y se imite. Mis palabras son {code}.",
            "Esta es mi propia voz. Acepto que aquí se mida, se imite y se clone. Mis palabras son {code}.",
            tuple(
                "manzana puente vela paraguas jardín martillo isla cocina escalera lunes naranja lápiz conejo "
                "río escuela verano zapato trueno tigre pueblo agua ventana azúcar elefante".split()
            ),
        ),
        "fr": Wording(
            "Ceci est ma propre voix. J'accepte qu'elle soit mesurée et imitée ici. Mes mots sont {code}.",
            "Ceci est ma propre voix. J'accepte qu'elle soit mesurée, imitée et clonée ici. Mes mots sont {code}.",
            tuple(
                "pomme jardin bougie parapluie marteau cuisine échelle lundi orange crayon lapin rivière école "
                "tableau tonnerre tigre village fenêtre sucre éléphant chapeau montagne papillon voiture".split()
            ),
        ),
        "it": Wording(
            "Questa è la mia voce. Accetto che qui venga misurata e imitata. Le mie parole sono {code}.",
            "Questa è la mia voce. Accetto che qui venga misurata, imitata e clonata. Le mie parole sono {code}.",
            tuple(
                "mela ponte candela balena giardino martello isola cucina scala lunedì arancia matita coniglio "
                "fiume scuola estate tavolo tuono tigre villaggio acqua finestra zucchero elefante".split()
            ),
        ),
        "nl": Wording(
            "Dit is mijn eigen stem. Ik ga ermee akkoord dat ze hier wordt gemeten en nagebootst. "
            "Mijn woorden zijn {code}.",
            "Dit is mijn eigen stem. Ik ga ermee akkoord dat ze hier wordt gemeten, nagebootst en gekloond. "
            "Mijn woorden zijn {code}.",
            tuple(
                "appel brug kaars paraplu tuin hamer eiland keuken ladder maandag sinaasappel potlood konijn "
                "rivier school zomer tafel donder tijger dorp water venster suiker olifant".split()
            ),
        ),
        "pl": Wording(
            "To jest mój własny głos. Zgadzam się, aby był tu mierzony i naśladowany. Moje słowa to {code}.",
            "To jest mój własny głos. Zgadzam się, aby był tu mierzony, naśladowany i klonowany. "
            "Moje słowa to {code}.",
            tuple(
                "jabłko most świeca parasol ogród młotek wyspa kuchnia drabina poniedziałek pomarańcza ołówek "
                "królik rzeka szkoła lato stolik burza tygrys wioska woda okno cukier słoń".split()
            ),
        ),
        "pt": Wording(
            "Esta é a minha própria voz. Aceito que ela seja medida e imitada aqui. "
            "As minhas palavras são {code}.",
            "Esta é a minha própria voz. Aceito que ela seja medida, imitada e clonada aqui. "
            "As minhas palavras são {code}.",
            tuple(
                "maçã ponte tambor guitarra jardim martelo ilha cozinha escada segunda laranja lápis coelho rio "
                "escola verão sapato trovão tigre aldeia água janela açúcar elefante".split()
            ),
        ),
    }
)


def new_code(language: str) -> tuple[str, ...]:
    """Different words by chance, in any order. Raises KeyError for a language without a wording."""
    words = list(WORDINGS[base(language)].words)
    return tuple(words.pop(secrets.randbelow(len(words))) for _ in range(CODE_WORDS))


def sentence_with(language: str, code: tuple[str, ...], *, cloning: bool = False) -> str:
    """What is to be read. Raises KeyError."""
    wording = WORDINGS[base(language)]
    return (wording.cloning if cloning else wording.sentence).format(code=", ".join(code))


def agrees_to_cloning(language: str, read: str) -> bool:
    """Whether what somebody has read aloud says so, in the words of now: those of another time have to be read anew."""
    wording = WORDINGS.get(base(language))
    return wording is not None and read.startswith(wording.cloning.partition("{code}")[0])
