"""One normaliser for everything that is classified, searched or compared. The original is never changed.

In order: NFC and compatibility forms; invisible and bidirectional characters and halves of characters out; lower case;
look-alike letters of other scripts inside Latin words; links, addresses, telephone numbers and @names replaced by a
fixed word, so that no model learns a person; letters split by dots or spaces joined, masked words read (`masks.py`);
repeated letters and marks collapsed; the tone of `oa`, `oe`, `uy` in one place (`hòa`); white space folded.
"""

import re
import unicodedata
from functools import cache, partial
from typing import Final

from classifiers.text.aligned import Aligned
from classifiers.text.masks import HALVES, JOINED_PAIR, MASKED, join_halves, join_letters, part_pair, unmask

LINK, MAIL, PHONE, NAME = "⟨link⟩", "⟨mail⟩", "⟨phone⟩", "⟨name⟩"
MAX_CHARACTERS: Final = 20_000  # a longer text is cut here
_MOST_ROUNDS: Final = 12  # two are usual; what was made to need more is left as it is then

INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ud800-\udfff]"
)
# Cyrillic, Greek, Armenian, IPA and small capital letters, each above the Latin letter that it is taken for.
_LOOK_ALIKES: Final = str.maketrans(
    "аеорсухіјѕԁһкмтнвгԛԝαειοκνρτυχωօսոհցɡıɩʟɴᴀʙᴄᴅᴇɢʜᴊᴋᴍᴏᴘʀᴛᴜᴠᴡʏᴢø",
    "aeopcyxijsdhkmthbrqwaeiokvptuxwounhggiilnabcdeghjkmoprtuvwyzo",
)
# Patterns that begin with a run of characters look behind first: else a long word costs the square of its length.
_MIXED_WORD = re.compile(
    "(?<![\\w\u0300-\u036f])[\\w\u0300-\u036f]*[\u0370-\u04ff\u0500-\u058f\u0250-\u02af\u1d00-\u1d2bıø][\\w\u0300-\u036f]*"
)
# Of such characters alone are most texts: they only become small letters, one for one, and none looks like another.
_ORDINARY = re.compile(
    "[\t\n\r -~ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ–—‘’“”\U0001f300-\U0001f64f\U0001f900-\U0001f9ff]*"
)
_LATIN = re.compile("[a-zß-ɏḁ-ỹ]")
_FOREIGN = re.compile("[\u0370-\u058f]")
_TWINS = re.compile("[аеорсухіјѕԁһαοιυνց\u0300-\u036f]+")  # look the same in small letters as well
_LATIN_MAJORITY: Final = 2
_TWO: Final = 2
_D_WITH_STROKE = str.maketrans("ðɖ", "đđ")  # other letters that look the same in capitals: Ð, Ɖ
_LETTER = r"[^\W\d_]"
_SPLIT_BY_MARK = re.compile(rf"(?<!\w){_LETTER}(?:[.\-_*|·•,~/\\]+{_LETTER})+(?!\w)")
_MARK_INSIDE = re.compile(rf"[.\-_*|·•,~/\\]{_LETTER}")  # without it nothing is split by a mark, and no pair joined
_SPLIT_BY_SPACE = re.compile(rf"(?<![^\s\"(]){_LETTER}(?: {_LETTER}){{2,}}(?!\w)")
_REPEATED_LETTER = re.compile(rf"({_LETTER})\1{{2,}}")
_LONE_RUN = re.compile(rf"(?<!\w)({_LETTER})\1{{2,}}(?!\w)")  # `kkk` is a laugh, `k` is not
_REPEATED_MARK = re.compile(r"([^\w\s])\1{2,}")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"⟩]+")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.])(?:\+?84|0)(?:[ .\-]?\d){8,10}(?!\w)")
_NAME = re.compile(r"(?<![\w@⟨])(?:@[\w.]{2,}\w)+")  # all that hang on each other, else a round would take one of them
_SPACE = re.compile(r"[^\S ]\s*| \s+")  # all but the single space, which is most of them
LATE_TONE = re.compile(r"o[àáảãạèéẻẽẹ](?!\w)|(?<!q)u[ỳýỷỹỵ](?!\w)")
EARLY_TONES: Final = {
    **dict(zip(("oà", "oá", "oả", "oã", "oạ"), ("òa", "óa", "ỏa", "õa", "ọa"), strict=True)),
    **dict(zip(("oè", "oé", "oẻ", "oẽ", "oẹ"), ("òe", "óe", "ỏe", "õe", "ọe"), strict=True)),
    **dict(zip(("uỳ", "uý", "uỷ", "uỹ", "uỵ"), ("ùy", "úy", "ủy", "ũy", "ụy"), strict=True)),
}


def normalise(original: str) -> Aligned:
    """Normalise a text and keep the way back to the original.

    Args:
        original: Any text; of one longer than MAX_CHARACTERS only the beginning is used.

    Returns:
        The normalised text, aligned. Normalising its text again changes nothing. The time is proportional to the
        length of the text.

    """
    aligned = Aligned.compose(original[:MAX_CHARACTERS])
    previous = ""
    for _ in range(_MOST_ROUNDS):  # one step may make work for an earlier one
        if aligned.text == previous:
            break
        previous = aligned.text
        read = _read_characters(aligned)
        aligned = _strip(_rewritten(read).composed())
        if aligned.text == read.text == _read_characters(aligned).text:
            break  # the next round would find nothing to do either
    return aligned


def _read_characters(aligned: Aligned) -> Aligned:
    """Bring every character to its plain small form, and look-alikes among Latin letters to Latin."""
    if _ORDINARY.fullmatch(aligned.text):
        return Aligned(aligned.text.lower(), aligned.starts, aligned.ends)
    aligned = aligned.map_characters(_plain_character)
    among_latin = len(_LATIN.findall(aligned.text)) > _LATIN_MAJORITY * len(_FOREIGN.findall(aligned.text))
    return aligned.substitute(_MIXED_WORD, partial(_unmask_word, among_latin=among_latin))


def _rewritten(aligned: Aligned) -> Aligned:
    """Replace what no model shall learn, read what was masked or split, and collapse what is repeated."""
    aligned = aligned.substitute(_LINK, lambda _: LINK)
    if "@" in aligned.text:
        aligned = aligned.substitute(_MAIL, lambda _: MAIL)
    aligned = aligned.substitute(_PHONE, lambda _: PHONE)
    if "@" in aligned.text:
        aligned = aligned.substitute(_NAME, lambda match: NAME * match[0].count("@"))
    if _MARK_INSIDE.search(aligned.text):
        aligned = aligned.substitute(_SPLIT_BY_MARK, _join_marked)
    aligned = aligned.substitute(_SPLIT_BY_SPACE, _join_spaced)
    aligned = aligned.substitute(MASKED, unmask)
    aligned = aligned.substitute(HALVES, join_halves)
    if _MARK_INSIDE.search(aligned.text):
        aligned = aligned.substitute(JOINED_PAIR, part_pair)
    if _REPEATED_LETTER.search(aligned.text):
        aligned = aligned.substitute(_LONE_RUN, lambda match: match[1] * 2)
        aligned = aligned.substitute(_REPEATED_LETTER, lambda match: match[1])
    aligned = aligned.substitute(_REPEATED_MARK, lambda match: match[1] * 2)
    aligned = aligned.substitute(LATE_TONE, lambda match: EARLY_TONES[match[0]])
    return aligned.substitute(_SPACE, lambda _: " ")


@cache
def _plain_character(char: str) -> str:
    """Lower-case one character in its compatibility form; invisible ones vanish."""
    if INVISIBLE.match(char):
        return ""
    plain = unicodedata.normalize("NFKC", char)
    return unicodedata.normalize("NFC", INVISIBLE.sub("", plain).lower().translate(_D_WITH_STROKE))


def _unmask_word(match: re.Match[str], *, among_latin: bool) -> str:
    """Map look-alikes to Latin only where a word also holds Latin letters, or where hardly anything else is foreign.

    Real Cyrillic and Greek words stay: they hold other letters, or stand among their like.
    """
    # A mark may have been composed with the look-alike.
    word = unicodedata.normalize("NFD", match[0])
    if _LATIN.search(word) or (among_latin and _TWINS.fullmatch(word)):
        return unicodedata.normalize("NFC", word.translate(_LOOK_ALIKES))
    return match[0]


def _join_marked(match: re.Match[str]) -> str:
    """Join two letters only when they make a word: `t.p` is short for two, and in `n*u` one is left out."""
    letters = re.sub(r"[\W_]", "", match[0])
    words = join_letters(letters)
    if len(letters) > _TWO:
        return words or letters
    return letters if words == letters and "*" not in match[0] else match[0]


def _join_spaced(match: re.Match[str]) -> str:
    """Join only what makes words: `k c m` are three words in chat spelling."""
    return join_letters(match[0].replace(" ", "")) or match[0]


def _strip(aligned: Aligned) -> Aligned:
    stripped = aligned.text.strip(" ")
    if len(stripped) == len(aligned.text):
        return aligned
    start = len(aligned.text) - len(aligned.text.lstrip(" "))
    end = start + len(stripped)
    return Aligned(stripped, aligned.starts[start:end], aligned.ends[start:end])
