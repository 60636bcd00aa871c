"""One sentence that says what a post is about: a person's own, or one proposed from what the post asserts first."""

import re
from collections.abc import Callable
from typing import Final

from classifiers.claims import Mention, find_claim
from classifiers.labels import label_named
from storage.models import Flag, Post

LONGEST: Final = 160
_READ: Final = 320  # characters of a post that are masked and looked at: a page shows many
_UNSURE: Final = 40  # last characters of what was read, where half a number or name may stand
_LEAST_WORDS: Final = 8  # a title says less, as a rule
_SHOUTED: Final = 0.6  # share of capitals among letters
_LEAST_LETTERS: Final = 8
_SENTENCE_ENDS: Final = re.compile(r"(?<=[.!?…])\s+|\s*\n\s*")
_URGENT: Final = re.compile(
    r"(?:(?:re|(?:tin )?(?:nóng|khẩn cấp|khẩn|gấp|hot)|cảnh báo|chia sẻ (?:gấp|ngay)|mọi người (?:ơi|chú ý))"
    r"\s*[!:.,–-]+\s*)+",
    re.IGNORECASE,
)
_MARKS: Final = re.compile(r"([!?]){2,}|!+")
_NO_TEXT: Final = re.compile(r"[^\w\s.,:;!%()/\[\]“”\"'’–…?@#&+-]+")


def summary_of(flag: Flag, mask: Callable[[str], str] | None) -> str:
    """Return the sentence that is proposed for a flagged post; empty where it has no words.

    Args:
        flag: The flag, with its post.
        mask: Replaces personal data; None: nothing is masked.

    """
    return proposed(flag.post.judged_text, is_claim=label_named(flag.label).is_claim, mask=mask)


def sentence_of(label: str, sentence: str, first: Post | None, mask: Callable[[str], str] | None) -> str:
    """Return the sentence that a person wrote about a matter, or the one that is proposed from its first post.

    Args:
        label: The label of its posts.
        sentence: What a person wrote; empty: nobody did.
        first: Its first post that is still there; None: none is.
        mask: Replaces personal data in what is proposed; None: nothing is masked.

    """
    if sentence or first is None:
        return sentence
    return proposed(first.judged_text, is_claim=label_named(label).is_claim, mask=mask)


def proposed(text: str, *, is_claim: bool, mask: Callable[[str], str] | None) -> str:
    """Return the sentence of a claim's first assertion, or the first one of another post, without shouting, masked."""
    text = text.strip()
    read = mask(text[:_READ]) if mask else text[:_READ]
    if len(text) > _READ:
        read = read[:-_UNSURE]
    read = _NO_TEXT.sub(" ", read).strip()
    asserted = find_claim(read).asserts if is_claim else ()
    return _shortened(_calm(_first_sentence(_from_sentence_of(read, asserted[0]) if asserted else read)))


def _from_sentence_of(text: str, words: Mention) -> str:
    """Return a text from the sentence on in which words stand; from these words on where the sentence is too long."""
    begin = max([0, *(end.end() for end in _SENTENCE_ENDS.finditer(text, 0, words.start))])
    return text[begin if words.end - begin <= LONGEST else words.start :]


def _first_sentence(text: str) -> str:
    """Return the first sentence, or the first ones where that says hardly anything."""
    found = ""
    if urgent := _URGENT.match(text):
        text = text[urgent.end() :][:1].upper() + text[urgent.end() + 1 :]
    for sentence in _SENTENCE_ENDS.split(text):
        found = f"{found}{' ' if found[-1] in '.!?…:' else ': '}{sentence}" if found else sentence
        if len(found.split()) >= _LEAST_WORDS:
            break
    return found


def _calm(sentence: str) -> str:
    letters = [sign for sign in sentence if sign.isalpha()]
    shouted = sum(sign.isupper() for sign in letters) > _SHOUTED * len(letters)
    if shouted and len(letters) >= _LEAST_LETTERS:
        sentence = sentence.lower().capitalize()
    quiet = _MARKS.sub(lambda marks: "?" if "?" in marks[0] else "", sentence)
    return " ".join(quiet.split()).strip(" .,:;–-")


def _shortened(sentence: str) -> str:
    if len(sentence) <= LONGEST:
        return sentence
    return sentence[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(" .,:;–-") + "…"
