"""Forwarded copies of the project's own texts, of eleven kinds, and near misses, of three, made by seeded rules."""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from classifiers.text.letters import strip_diacritics
from tests.examples import examples_of

WORDS: Final = examples_of(__file__)
LOOK_ALIKES: Final = str.maketrans("aeocpxy", "аеосрху")  # Cyrillic
FIGURES: Final = str.maketrans("oieas", "01345")


Change = Callable[[str, Random], str]


def greeted(text: str, random: Random) -> str:
    return f"{random.choice(WORDS['greetings'])} {text}"


def called(text: str, random: Random) -> str:
    return f"{text} {random.choice(WORDS['calls'])}"


def with_emoji(text: str, random: Random) -> str:
    words = text.split(" ")
    for _ in range(max(2, len(words) // 8)):
        words.insert(random.randrange(len(words) + 1), random.choice(WORDS["emoji"]) * random.randrange(1, 4))
    return " ".join(words)


def without_marks(text: str, _: Random) -> str:
    return strip_diacritics(text)


def punctuated_anew(text: str, random: Random) -> str:
    marks = (" ", ". ", "... ", "\n", "!!! ", " - ")
    return re.sub(r"[,;:.!?]+(?:\s+|$)", lambda _: random.choice(marks), text)


def cut(text: str, random: Random) -> str:
    words = text.split(" ")
    length = round(len(words) * random.uniform(0.7, 0.85))
    start = random.choice((0, len(words) - length, (len(words) - length) // 2))
    return " ".join(words[start : start + length])


def disguised(text: str, random: Random) -> str:
    return " ".join(_disguised(word, random) if random.random() < 0.15 else word for word in text.split(" "))


def _disguised(word: str, random: Random) -> str:
    if len(word) < 3 or not word.isalpha():
        return word
    ways: tuple[Callable[[str], str], ...] = (
        ".".join,
        lambda each: each[0] + "\u200b" + each[1:],
        lambda each: each.translate(LOOK_ALIKES),
        lambda each: each.translate(FIGURES),
        lambda each: each[0] + each[1] * 4 + each[2:],
    )
    return random.choice(ways)(word)


def quoted(text: str, random: Random) -> str:
    return f"{random.choice(WORDS['comments'])}\n“{text}”"


def in_chat_spelling(text: str, _: Random) -> str:
    return re.sub(r"\w+", lambda word: WORDS["chat"].get(word[0], word[0]), text)


def in_another_order(text: str, random: Random) -> str:
    sentences = re.split(r"(?<=[.!?])\s+", text)
    start = random.randrange(len(sentences))
    return " ".join(sentences[start:] + sentences[:start])


def several(text: str, random: Random) -> str:
    first, second = random.sample((greeted, called, with_emoji, without_marks, punctuated_anew, disguised), 2)
    return first(second(text, random), random)


COPIES: Final[Mapping[str, Change]] = {
    "greeting": greeted, "call to share": called, "emoji": with_emoji, "no diacritics": without_marks,
    "punctuation": punctuated_anew, "cut ends": cut, "disguised letters": disguised,
    "quoted below a comment": quoted, "chat spelling": in_chat_spelling, "another order": in_another_order,
    "several": several,
}  # fmt: skip


def other_claim(text: str, random: Random) -> str:
    """Change a number, or a name of two words and more, within the text; the empty text where there is neither."""
    inner = slice(len(text) // 6, -len(text) // 6)
    numbers = [*re.finditer(rf"(?<![\w.])(?:\d+|{'|'.join(WORDS['number_words'])})(?![\w.])", text[inner])]
    names = [*re.finditer(r"(?<=[a-zà-ỹ] )[A-ZĐ][a-zà-ỹ]+(?: [A-ZĐ][a-zà-ỹ]+)+(?= [a-zà-ỹ])", text[inner])]
    if not numbers and not names:
        return ""
    match = random.choice(numbers or names)
    old = match[0]
    if match in names:
        new = " ".join(random.choice(("Lộc", "Mỹ", "Hưng", "Tân", "Khê", "Trạch", "Giao")) for _ in old.split())
    elif old.isdigit():
        new = str(int(old) + random.randrange(1, 9))
    else:
        new = random.choice([word for word in WORDS["number_words"] if word != old])
    start = len(text) // 6 + match.start()
    return text[:start] + new + text[start + len(old) :]


def denied(text: str, random: Random) -> str:
    """Put a "not" into the middle."""
    words = text.split(" ")
    words.insert(random.randrange(len(words) // 3, 2 * len(words) // 3), random.choice(("không", "chưa", "chẳng")))
    return " ".join(words)


def corrected(text: str, random: Random) -> str:
    return random.choice(WORDS["denials"]).format(text)


NEAR_MISSES: Final[Mapping[str, Change]] = {
    "same topic, other claim": other_claim, "same words, denied": denied, "correction that quotes it": corrected,
}  # fmt: skip
