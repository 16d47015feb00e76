"""Answers to IFEval's prompts that follow their instructions, or break them, on purpose: made by rule, always alike."""

import random
from collections.abc import Callable, Iterator
from typing import Any

Checks = list[tuple[str, dict[str, Any]]]
PLAIN = (
    "The river was high after the storm.", "Nobody in the village had slept.", "We carried the boats up to the road.",
    "My neighbour, who is eighty, made tea for all of us.", "It rained again at noon!", "Was it over?",
    "Dr. Lee came at 5 p.m. with Mr. Okafor.", "The bill was 3.5 percent lower in the U.S. than here.",
    "They said \"go home.\" We didn't.", "Wait... The bridge still stands.", "NASA and the BBC had both called.",
    "I'm sure (quite sure!) that it will be dry by May.", "See item 4. It lists the tools, e.g. ropes and lamps.",
)  # fmt: skip
LANGUAGES = {
    "hi": "आज मौसम बहुत अच्छा है और हम सब बाहर खेलने जा रहे हैं। मुझे यह किताब पढ़ना पसंद है।",
    "kn": "ಇಂದು ಹವಾಮಾನ ತುಂಬಾ ಚೆನ್ನಾಗಿದೆ ಮತ್ತು ನಾವು ಹೊರಗೆ ಆಟವಾಡಲು ಹೋಗುತ್ತಿದ್ದೇವೆ.",
    "mr": "आज हवामान खूप छान आहे आणि आम्ही सगळे बाहेर खेळायला जात आहोत. मला हे पुस्तक वाचायला आवडते.",
    "vi": "Hôm nay thời tiết rất đẹp và chúng tôi sẽ ra ngoài chơi. Tôi thích đọc cuốn sách này.",
    "ko": "오늘은 날씨가 아주 좋아서 우리는 밖에 나가서 놀 것입니다. 나는 이 책을 읽는 것을 좋아합니다.",
    "sw": "Leo hali ya hewa ni nzuri sana na sisi sote tunakwenda nje kucheza. Ninapenda kusoma kitabu hiki.",
    "de": "Heute ist das Wetter sehr schön und wir gehen alle nach draußen. Ich lese dieses Buch gern.",
    "pa": "ਅੱਜ ਮੌਸਮ ਬਹੁਤ ਚੰਗਾ ਹੈ ਅਤੇ ਅਸੀਂ ਸਾਰੇ ਬਾਹਰ ਖੇਡਣ ਜਾ ਰਹੇ ਹਾਂ।",
    "fa": "امروز هوا بسیار خوب است و ما همه برای بازی بیرون می‌رویم. من خواندن این کتاب را دوست دارم.",
    "ru": "Сегодня очень хорошая погода, и мы все идём гулять. Мне нравится читать эту книгу.",
    "bg": "Днес времето е много хубаво и всички отиваме да играем навън. Обичам да чета тази книга.",
    "pt": "Hoje o tempo está muito bom e todos nós vamos brincar lá fora. Eu gosto de ler este livro.",
    "gu": "આજે હવામાન ખૂબ સારું છે અને અમે બધા બહાર રમવા જઈ રહ્યા છીએ.",
    "te": "ఈ రోజు వాతావరణం చాలా బాగుంది మరియు మేము అందరం బయట ఆడుకోవడానికి వెళ్తున్నాము.",
    "it": "Oggi il tempo è molto bello e andiamo tutti fuori a giocare. Mi piace leggere questo libro.",
    "ar": "الطقس اليوم جميل جدا وسنذهب جميعا إلى الخارج للعب. أحب قراءة هذا الكتاب.",
    "ta": "இன்று வானிலை மிகவும் நன்றாக உள்ளது, நாங்கள் அனைவரும் வெளியே விளையாடச் செல்கிறோம்.",
    "fi": "Tänään sää on erittäin kaunis ja menemme kaikki ulos leikkimään. Pidän tämän kirjan lukemisesta.",
    "ur": "آج موسم بہت اچھا ہے اور ہم سب باہر کھیلنے جا رہے ہیں۔ مجھے یہ کتاب پڑھنا پسند ہے۔",
    "th": "วันนี้อากาศดีมากและพวกเราทุกคนกำลังจะออกไปเล่นข้างนอก ฉันชอบอ่านหนังสือเล่มนี้",
    "ne": "आज मौसम धेरै राम्रो छ र हामी सबै बाहिर खेल्न जाँदैछौं। मलाई यो किताब पढ्न मन पर्छ।",
    "bn": "আজ আবহাওয়া খুব ভালো এবং আমরা সবাই বাইরে খেলতে যাচ্ছি। আমি এই বইটি পড়তে ভালোবাসি।",
}
MARKS = {"#": "# ", "!": "! "}


def answer(checks: Checks, follow: Callable[[], bool], chance: random.Random) -> str:
    """A text that follows each instruction, or breaks it, as `follow` says."""
    language = next((given["language"] for kind, given in checks if kind == "language:response_language"), "en")
    text = " ".join(chance.choices(PLAIN, k=chance.randint(1, 9)))
    if language != "en" and follow():
        text = LANGUAGES[language]
    for kind, given in sorted(checks, key=lambda check: ORDER.index(check[0])):
        text = CHANGES[kind](text, given, follow(), chance)
    return text


def _some(number: int, relation: str, follow: bool, chance: random.Random) -> int:
    """A number that has the relation to another, or narrowly has not."""
    low = (relation == "less than") == follow
    return max(0, number - chance.randint(1, 2)) if low else number + chance.randint(0, 2)


def _sentences(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
    return " ".join(
        chance.choices(PLAIN[:7], k=max(1, _some(given["num_sentences"], given["relation"], follow, chance)))
    )


def _words(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
    wanted = max(1, _some(given["num_words"], given["relation"], follow, chance))
    return " ".join((text.split() * (wanted + 1))[:wanted])


def _repeated(text: str, word: str, times: int, chance: random.Random) -> str:
    parts = text.split(" ")
    for _ in range(times):
        parts.insert(chance.randint(0, len(parts)), chance.choice((word, word.capitalize(), f"{word}.")))
    return " ".join(parts)


def _keywords(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
    for word in given["keywords"] if follow else given["keywords"][1:]:
        text = _repeated(text, word, 1, chance)
    return text


def _forbidden(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
    word = chance.choice(given["forbidden_words"])
    return text + f" un{word}ly" if follow else _repeated(text, word, 1, chance)


def _frequency(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
    return _repeated(text, given["keyword"], _some(given["frequency"], given["relation"], follow, chance), chance)


def _letters(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
    wanted = _some(given["let_frequency"], given["let_relation"], follow, chance)
    letter = given["letter"]
    bare = text.replace(letter, "").replace(letter.upper(), "")
    return bare + " " + letter * wanted


def _capitals(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
    wanted = _some(given["capital_frequency"], given["capital_relation"], follow, chance)
    words = chance.choices(("WATER", "GO-KART", "IT'S", "U.S.", "CANNOT", "A/B", "(NOW)", '"YES"'), k=wanted)
    return text.lower() + " " + " ".join(words)


def _paragraphs(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
    count = given["num_paragraphs"] + (0 if follow else chance.choice((-1, 1)))
    return chance.choice(("\n***\n", " *** ", "***")).join(f"{text} {number}" for number in range(count))


def _first_word(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
    parts = [f"Part {number} of it." for number in range(given["num_paragraphs"])]
    word = chance.choice(('"{}", they said.', "'{}' it was.", "{}. And so on.", "{}: so."))
    parts[given["nth_paragraph"] - 1] = word.format(given["first_word"].capitalize() if follow else "other")
    return chance.choice(("\n\n", "\n\n\n", "\n\n\n\n")).join(parts)


def _marks(mark: str, key: str, exactly: bool = False) -> Callable[..., str]:
    def change(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
        wanted = given[key] if follow else given[key] + (chance.choice((-1, 1)) if exactly else -1)
        return text + "\n" + "\n".join(mark.format(number) for number in range(1, wanted + 1))

    return change


def _sections(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
    count = given["num_sections"] - (not follow)
    form = chance.choice(("{} {}\n", "{}{}\n", "**{} {}:** "))
    return "\n\n".join(form.format(given["section_spliter"], number + 1) + text for number in range(count))


def _highlights(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
    wanted = given["num_highlights"] - (not follow)
    return (
        text + " " + " ".join(chance.choice(("*part {}*", "**part {}** x", "* {} *")).format(n) for n in range(wanted))
    )


def _wrapped(before: str, after: str, other: str) -> Callable[..., str]:
    def change(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
        return f"{before}{text}{after}" if follow else other + text

    return change


def _json(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
    fence = chance.choice(("{}", "```json\n{}\n```", "```\n{}\n```", "```JSON\n{}```"))
    inner = '{"said": "' + text.replace('"', "'").replace("\n", " ") + '"}'
    return fence.format(inner if follow else inner[:-1])


def _postscript(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
    said = {"P.S.": ("P.S. Write soon", "p. s. write"), "P.P.S": ("P.P.S write", "P. P. S. Write")}
    return text + "\n\n" + (chance.choice(said[given["postscript_marker"].strip()]) if follow else "PS write soon")


def _two(text: str, given: dict[str, Any], follow: bool, chance: random.Random) -> str:
    return (
        f"{text}\n******\n{text} Again."
        if follow
        else chance.choice((text, f"{text}******{text}", f"{text}******a******b"))
    )


CHANGES: dict[str, Callable[..., str]] = {
    "language:response_language": lambda text, given, follow, chance: text,
    "length_constraints:number_sentences": _sentences,
    "length_constraints:number_words": _words,
    "length_constraints:number_paragraphs": _paragraphs,
    "length_constraints:nth_paragraph_first_word": _first_word,
    "keywords:existence": _keywords,
    "keywords:forbidden_words": _forbidden,
    "keywords:frequency": _frequency,
    "keywords:letter_frequency": _letters,
    "change_case:capital_word_frequency": _capitals,
    "change_case:english_capital": lambda text, given, follow, chance: text.upper() if follow else text,
    "change_case:english_lowercase": lambda text, given, follow, chance: text.lower() if follow else text,
    "detectable_format:constrained_response": _wrapped("", " My answer is maybe.", "My answer is perhaps. "),
    "detectable_format:multiple_sections": _sections,
    "detectable_content:number_placeholders": _marks("[name {}]", "num_placeholders"),
    "detectable_format:number_highlighted_sections": _highlights,
    "detectable_format:number_bullet_lists": _marks("* point {}", "num_bullets", exactly=True),
    "detectable_format:title": _wrapped("<<A day at the river>>\n", "", "<A day>\n"),
    "detectable_content:postscript": _postscript,
    "punctuation:no_comma": lambda text, given, follow, chance: text.replace(",", "") if follow else text + ", so.",
    "detectable_format:json_format": _json,
    "combination:two_responses": _two,
    "combination:repeat_prompt": lambda text, given, follow, chance: (
        f"{given['prompt_to_repeat']}\n\n{text}" if follow else f"Sure! {given['prompt_to_repeat']}"
    ),
    "startend:end_checker": lambda text, given, follow, chance: (
        f"{text} {given['end_phrase']}" if follow else f"{text} {given['end_phrase']} Bye"
    ),
    "startend:quotation": _wrapped('"', '"', '" '),
}
ORDER = list(CHANGES)


def sets(prompts: list[tuple[str, Checks]]) -> Iterator[tuple[str, list[str]]]:
    """Named sets of answers, one for each prompt."""
    yield "empty", ["" for _ in prompts]
    yield "blank", [" \n\t" for _ in prompts]
    yield "prompt", [prompt for prompt, _ in prompts]
    yield "prompt in capitals", [prompt.upper() for prompt, _ in prompts]
    yield "prompt in small letters", [prompt.lower() for prompt, _ in prompts]
    yield "next prompt", [prompt for prompt, _ in prompts[1:] + prompts[:1]]
    for name, share in (("followed", 1.0), ("broken", 0.0), ("mixed", 0.5), ("mixed again", 0.5), ("mixed well", 0.8)):
        chance = random.Random(name)

        def follow(share: float = share, chance: random.Random = chance) -> bool:
            return chance.random() < share

        made = [answer(checks, follow, chance) for _, checks in prompts]
        yield name, made
        yield f"{name}, wrapped", [f"**Here it is:**\n{text}\nHope *this* helps, and more." for text in made]
