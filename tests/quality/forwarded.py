"""Forwarded copies of the project's own texts, of eleven kinds, and near misses, of three, made by seeded rules."""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from classifiers.text.letters import strip_diacritics

GREETINGS: Final = (
    "Cả nhà ơi, em mới nhận được tin này.", "Kính gửi bà con trong xóm,", "Chào các anh chị em trong nhóm!",
    "Mọi người đọc giúp em với ạ:", "Em chào cả nhà, em xin phép đăng lại.", "Bà con cô bác chú ý nhé:",
    "Alo alo cả xóm ơi,", "Chị em vào đây xem này",
)  # fmt: skip
CALLS: Final = (
    "Chia sẻ gấp!!!", "Mọi người chia sẻ gấp cho người thân cùng biết nhé!",
    "Ai thấy thì share giúp em, càng nhiều càng tốt ạ.", "Chuyển tiếp ngay cho mười người.",
    "Lan truyền rộng rãi giúp nhé cả nhà.", "Đừng để người nhà mình không biết, chia sẻ liền tay.",
)  # fmt: skip
COMMENTS: Final = (
    "Có thật vậy không mọi người? Nghe mà lo quá.", "Đọc mà run, ai ở gần đó xác nhận giúp với.",
    "Trên nhóm khu trọ người ta đăng thế này:", "Mới thấy bên kia đăng, không biết thế nào mà ai cũng bàn.",
    "Hôm qua mẹ mình gửi cho, mình cũng chẳng rõ nữa.", "Ai biết vụ này chưa?",
)  # fmt: skip
EMOJI: Final = ("😱", "🙏", "‼️", "👉", "😡", "🔥", "💥", "😢", "📢", "❗")
DENIALS: Final = (
    "Thông tin “{}” là sai sự thật, bà con không chia sẻ.",
    "Công an xã bác bỏ tin đồn đang lan truyền: “{}” Đây là tin giả.", "Đính chính: không có chuyện như sau: “{}”",
    "Tin giả nhé cả nhà! Bài gốc: {}", "{}\n\nCập nhật: cơ quan chức năng khẳng định nội dung trên không đúng.",
)  # fmt: skip
NUMBER_WORDS: Final = ("hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")
LOOK_ALIKES: Final = str.maketrans("aeocpxy", "аеосрху")  # Cyrillic
FIGURES: Final = str.maketrans("oieas", "01345")

CHAT: Final = {
    "không": "k", "được": "dc", "với": "vs", "gì": "j", "người": "ng", "những": "nhg", "rồi": "r", "cũng": "cx",
    "mình": "mik",
}  # fmt: skip

Change = Callable[[str, Random], str]


def greeted(text: str, random: Random) -> str:
    return f"{random.choice(GREETINGS)} {text}"


def called(text: str, random: Random) -> str:
    return f"{text} {random.choice(CALLS)}"


def with_emoji(text: str, random: Random) -> str:
    words = text.split(" ")
    for _ in range(max(2, len(words) // 8)):
        words.insert(random.randrange(len(words) + 1), random.choice(EMOJI) * random.randrange(1, 4))
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
    return f"{random.choice(COMMENTS)}\n“{text}”"


def in_chat_spelling(text: str, _: Random) -> str:
    return re.sub(r"\w+", lambda word: CHAT.get(word[0], word[0]), text)


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
    numbers = [*re.finditer(rf"(?<![\w.])(?:\d+|{'|'.join(NUMBER_WORDS)})(?![\w.])", text[inner])]
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
        new = random.choice([word for word in NUMBER_WORDS if word != old])
    start = len(text) // 6 + match.start()
    return text[:start] + new + text[start + len(old) :]


def denied(text: str, random: Random) -> str:
    """Put a "not" into the middle."""
    words = text.split(" ")
    words.insert(random.randrange(len(words) // 3, 2 * len(words) // 3), random.choice(("không", "chưa", "chẳng")))
    return " ".join(words)


def corrected(text: str, random: Random) -> str:
    return random.choice(DENIALS).format(text)


NEAR_MISSES: Final[Mapping[str, Change]] = {
    "same topic, other claim": other_claim, "same words, denied": denied, "correction that quotes it": corrected,
}  # fmt: skip
