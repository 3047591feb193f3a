"""What the voices of the corpus say: a short talk for each language, in sentences, a short answer among them."""

from __future__ import annotations

from typing import Final

TALKS: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "Good morning, and thank you for coming to this meeting.",
        "Last year we opened four new stations in the north of the country.",
        "More than two thousand families have clean water now.",
        "Was it easy?",
        "No.",
        "The winter was very cold, and many of the roads were closed for three months.",
        "I hope that you can help us to build a school in every village.",
    ),
    "es": (
        "Buenos días a todos, y gracias por venir a esta reunión.",
        "El año pasado abrimos cuatro estaciones nuevas en el norte del país.",
        "Más de dos mil familias tienen agua limpia.",
        "¿Fue fácil el trabajo?",
        "Sí.",
        "El invierno fue muy frío, y muchas carreteras estuvieron cerradas tres meses.",
        "Espero que puedan ayudarnos a construir una escuela en cada pueblo.",
    ),
    "fr": (
        "Bonjour à tous, et merci d'être venus à cette réunion.",
        "L'année dernière, nous avons ouvert quatre nouvelles stations dans le nord du pays.",
        "Plus de deux mille familles ont aujourd'hui de l'eau propre.",
        "Est-ce que le travail était facile ?",
        "Oui.",
        "L'hiver était très froid, et beaucoup de routes étaient fermées pendant trois mois.",
        "J'espère que vous pourrez nous aider à construire une école dans chaque village.",
    ),
    "it": (
        "Buongiorno a tutti, e grazie di essere venuti a questa riunione.",
        "L'anno scorso abbiamo aperto quattro nuove stazioni nel nord del paese.",
        "Più di duemila famiglie hanno acqua pulita.",
        "È stato un lavoro facile?",
        "Sì.",
        "L'inverno era molto freddo, e molte strade sono rimaste chiuse per tre mesi.",
        "Spero che possiate aiutarci a costruire una scuola in ogni villaggio.",
    ),
    "pt": (
        "Bom dia a todos, e obrigado por virem a esta reunião.",
        "No ano passado abrimos quatro novas estações no norte do país.",
        "Mais de duas mil famílias têm água limpa.",
        "O trabalho foi fácil?",
        "Sim.",
        "O inverno foi muito frio, e muitas estradas ficaram fechadas durante três meses.",
        "Espero que vocês possam nos ajudar a construir uma escola em cada aldeia.",
    ),
    "hi": (
        "आप सभी को सुप्रभात, और इस बैठक में आने के लिए धन्यवाद।",
        "पिछले साल हमने देश के उत्तर में चार नए स्टेशन खोले।",
        "दो हज़ार से अधिक परिवारों के पास अब साफ पानी है।",
        "क्या काम आसान था?",
        "नहीं।",
        "सर्दी बहुत ठंडी थी, और कई सड़कें तीन महीने तक बंद रहीं।",
        "मुझे उम्मीद है कि आप हर गाँव में एक स्कूल बनाने में हमारी मदद करेंगे।",
    ),
    "ja": (
        "皆さん、おはようございます。この会議に来てくださって、ありがとうございます。",
        "去年、私たちは国の北部に四つの新しい駅を開きました。",
        "二千以上の家族が、今はきれいな水を使えます。",
        "仕事は簡単でしたか。",
        "いいえ。",
        "冬はとても寒くて、多くの道が三か月間閉まっていました。",
        "どの村にも学校を建てるために、助けていただけると嬉しいです。",
    ),
    "zh": (
        "大家早上好，感谢你们来参加这次会议。",
        "去年我们在这个国家的北部开了四个新车站。",
        "现在有两千多个家庭有了干净的水。",
        "工作容易吗？",
        "不。",
        "冬天非常冷，很多道路关闭了三个月。",
        "我希望你们能帮助我们在每个村子里建一所学校。",
    ),
}

PAUSES_S: Final = (0.7, 0.45, 1.0, 0.6, 0.8, 0.5)
"""Between the sentences of a talk."""

DIALOGUE: Final = (
    "Did you get the report that I sent on Friday?",
    "Yes.",
    "And what do you think about the numbers on page twelve?",
    "They are too high. I would ask the office in London first.",
    "Okay.",
    "Can we meet again on the fifteenth of March?",
    "No, I will be in Madrid. How about the twentieth?",
    "Sure. Ten o'clock is fine for me.",
)

NUMBERS: Final = (
    "The first offer was one thousand two hundred and fifty dollars.",
    "We sold three hundred and twelve machines in May, and eighty in June.",
    "The train leaves at nine, and it takes forty minutes.",
    "About twenty percent of the people said that they never use it.",
)

SWITCHES: Final = (
    (
        "en",
        "Good afternoon. I would like to welcome our friends from Madrid, who have come a long way to be with us.",
    ),
    (
        "es",
        "Muchas gracias por la invitación. Estamos muy contentos de poder trabajar con ustedes esta semana.",
    ),
    (
        "en",
        "Wonderful. Let us begin with the first question on the list, which is about the schools in the north.",
    ),
)

ANSWERS: Final = (
    "Yes", "No", "Okay", "Sure", "Maybe", "Never", "Always", "Thanks", "Hello", "Exactly",
    "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve", "Twenty",
    "Thirty", "Hundred", "Monday", "Friday", "March", "August", "Tomorrow", "Maria", "Peter", "Anna", "Thomas",
    "London", "Madrid", "Paris", "Berlin", "Red", "Blue",
)  # fmt: skip
"""Forty words that are answers by themselves."""
