"""Numbers of persons that no pattern of digits finds: parted by signs and words, over lines, in words, behind a lead.

A number is read as its parts in a row: digits, words for digits, and `o` for zero. How many digits they make together,
and with what they begin, says whether it is a telephone number; a word before it, that it is that of a paper.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from monitor.privacy.masks.lexicon import any_of, digit_words, name_words, with_words
from monitor.privacy.masks.patterns import CURRENCY, NO_FIGURE
from monitor.privacy.masks.text import Found, MaskableText

_SIGNS: Final = re.compile(r"[\s.,\-–—_/*()…|~+;=:•‧·'\"“”]{0,5}")
_CODE_SIGNS: Final = re.compile(r"[ .\-–—/]{0,3}")
_LONGEST_GAP: Final = 20
_MOST_PARTS: Final = 16
_MOBILE, _LANDLINE, _ABROAD = re.compile(r"0[35789]"), re.compile(r"02"), re.compile(r"(?:00)?84(?:0?[235789])")
_MOBILE_DIGITS: Final = 10
_FEWEST_DIGITS, _MOST_DIGITS = 9, 13
_FEWEST_SPOKEN: Final = 7  # words behind the first one: "không chín trăm lẻ một …" has more words than digits
_LONGEST_CODE: Final = 20
_FEWEST_IN_CHAIN: Final = 6  # digits of an account behind another
_ENDS_CHAIN: Final = re.compile(r"[\d\n;!?]")
_WINDOW: Final = 40  # characters before a number that may announce it
_BLOCK: Final = (3, 4)  # digits of the blocks of a long number
_LETTERED_CODE: Final = 4  # digits of a code with letters
_LONG_CODE, _SHORT_CODE = 8, 5  # digits of a code behind a word that often means something else, and behind others
_ADDRESS: Final = re.compile(r"https?://\S+")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_FIGURE: Final = re.compile(rf"{NO_FIGURE}(?!1[89]00)")
_GOES_ON: Final = re.compile(r"\d[.,/:-]")  # a date or a figure that began before
_UNIT: Final = re.compile(rf"{CURRENCY}|(?<=/20\d\d)/[A-Z]{{2}}", re.IGNORECASE)  # "41/2024/QH15" is a law
_COORDINATES: Final = re.compile(
    r"(?<![\w.])-?\d{1,3}\.(?!\d{3} ?-)\d{3,9} ?(?:[NS] ?[,;–-]?|[,;]|-) ?-?\d{1,3}\.\d{3,9}(?: ?[EW](?!\w))?"
    r"(?!\d|\.\d)|(?<![\w.])\d{1,2}\.\d{4,9} \d{2,3}\.\d{4,9}(?!\d|\.\d)"
    r"|\d{1,3}°[\d'’′\"”″. ]{1,14}[NSEW][ ,;]{0,3}\d{1,3}°[\d'’′\"”″. ]{1,14}[NSEW]"
    r"|(?<!\w)(?:[NXEY]|lat|(?:vĩ|kinh) độ)[ :]{0,2}\d{1,3}[.,]\d{2,9}[ ,;]{1,2}"
    r"(?:[NXEY]|long?|lng|(?:vĩ|kinh) độ)[ :]{0,2}\d{1,3}[.,]\d{2,9}|(?<=độ )\d{1,2},\d{3,9} ?[-–;] ?\d{2,3},\d{3,9}"
    r"|(?<!\w)X ?[=:] ?\d{6,8}(?:\.\d{1,4})?[ ,;–-]{1,3}Y ?[=:] ?\d{5,8}(?:\.\d{1,4})?(?!\d)"  # VN-2000, in metres
    r"|(?<!\w)[2-9CFGHJMPQRVWX]{4,8}\+[2-9CFGHJMPQRVWX]{2,3}(?!\w)"  # Open Location Code
)
_COUNTED: Final = r" (?:%s)(?!\w)"
_JOINING: Final = r"[\s.,:;…–-]{0,3}(?:%s)(?: \d so)?[\s.,:;…–-]{0,3}"  # between two parts: "0913, rồi 802"
_LEAD: Final = r"(?<!\w)(?:%s)(?!\w)[^\d\n;!?]{0,25}$"
_LETTERS: Final = str.maketrans("oil", "011")  # in the place of digits
_LETTERED: Final = re.compile(r"(?<![\w.-])[A-Z]{1,2}\d{0,2}[-.](?!(?:19|20)\d\d(?!\d))\d{4,}(?![\w/-])")


class _Part(NamedTuple):
    start: int
    end: int
    digits: str
    is_word: bool


class _Lead(NamedTuple):
    """What a word announces: the kind of a number, and how many digits that has at least."""

    kind: str
    fewest: int


@cache
def _part() -> re.Pattern[str]:
    words = any_of(digit_words())
    letter = r"[^\W\d_]"
    return re.compile(
        r"(?P<number>(?!(?<!\d)\d so(?!\w))"  # "rồi 6 số: …" says how many follow
        rf"(?:(?<!{letter})[oil]{{1,3}}(?=\d))?\d+(?:[oil]+\d+)*(?:[oil]{{1,3}}(?!{letter}))?|(?<!{letter})o{{1,3}}(?!{letter}))"
        rf"|(?<!{letter})(?P<word>(?:{words})+)(?!{letter})",
        re.IGNORECASE,
    )


@cache
def _digit_word() -> re.Pattern[str]:
    return re.compile(any_of(digit_words()), re.IGNORECASE)


@cache
def _plate() -> re.Pattern[str]:
    """Give the expression for a number plate: by its form, or in any form behind a word that announces one."""
    word = rf"(?:{any_of(digit_words())}|cham|phay)"
    sign = r"[ .,\-–—/:]{0,3}"
    letters = rf"(?:[a-z]{{1,2}}|{any_of(name_words()['plate_letters'].written)})"
    digit = r"(?:\d|(?<=[\dox])[ox]|[ox](?=\d))"
    spoken = rf"(?:{digit}|{word}(?!\w))(?:{sign}(?:{digit}|(?<!\w){word}(?!\w))){{3,9}}"
    return re.compile(
        r"(?<!\w)(?:bien(?: kiem soat)?(?: so)?(?: xe)?|bks|bsx|bs|xe)(?: (?!\d)\w{1,6}){0,2}[ :]{1,3}"
        rf"(?P<number>(?:[1-9][\do]|{word}(?: {word}){{1,2}}){sign}{letters}{sign}"
        rf"(?:{digit}(?:{sign}{digit}){{3,5}}(?! ?(?:cham|phay))(?!\w)|{spoken}))(?!\w)"
        rf"|(?<![\w.,/-])(?P<bare>(?-i:[1-9]\d[ -]{{0,3}}[A-Z]{{1,2}})(?:\d?{sign}{digit}(?:{sign}{digit}){{4}}"
        rf"|\d{sign}(?!20[12]\d){digit}(?:{sign}{digit}){{3}}|\d?, {spoken})"
        r"|[A-Z]{1,3}[ -]?\d{4,5}[ -]?TS"  # a fishing boat's
        r"|[1-9]\d-?[a-z]{1,2}\d?[ -](?:\d{3}\.\d{2}|(?<=\d )\d{5}))(?!\w)",
        re.IGNORECASE,
    )


@cache
def _lettered_code() -> re.Pattern[str]:
    """Give the expression for a code of capitals and digits behind a word that announces one: "mã PT-08842"."""
    leads = name_words()["code_leads"].written | name_words()["number_leads"].written | {"ma"}
    return re.compile(
        rf"(?<!\w)(?:{any_of(leads)})(?!\w)[ :.]{{0,3}}(?:\w{{1,8}}[ :]{{1,2}}){{0,2}}"
        r"(?P<code>(?-i:[A-Z]{1,5}|\d[A-Z])\d?[-. ]?\d+(?:[-. /]?\d+){0,6}(?:[-/][A-Z]{1,3})?|\d{3,8}-(?-i:[A-Z]{1,4})"
        r"|(?-i:[A-Z]\d{2}[A-Z]{2,6}\d{3,4}))(?!\w)",
        re.IGNORECASE,
    )


def find_numbers(work: MaskableText) -> Iterator[Found]:
    """Find telephone numbers, numbers of papers, plates and coordinates."""
    yield from _runs(work.bare, work.text, work.filler("account"))
    yield from _codes(work.bare)
    yield from (("address", *match.span()) for match in _COORDINATES.finditer(work.text))
    yield from (("plate", *match.span(match.lastgroup or 0)) for match in _plate().finditer(work.bare))


def _codes(text: str) -> Iterator[Found]:
    for match in _lettered_code().finditer(text):
        if sum(map(str.isdigit, match["code"])) >= _LETTERED_CODE:
            yield "id_card", *match.span("code")
    for match in _LETTERED.finditer(text):
        yield "id_card", *match.span()


def _runs(text: str, written: str, account: str) -> Iterator[Found]:
    scanned = _ADDRESS.sub(lambda match: " " * len(match[0]), text)
    # "ở" is no zero.
    matches = (
        match for match in _part().finditer(scanned) if match["word"] or match[0] == written[slice(*match.span())]
    )
    parts = [part for match in matches if (part := _read(match, scanned))]
    index, account_end = 0, -_WINDOW
    while index < len(parts):
        start = parts[index].start
        before = text[max(0, account_end, start - _WINDOW) : start]
        if account_end > start - _WINDOW:  # an account announces the next one
            before = account + before
        lead = None if parts[index].is_word else _announced(before, account)
        found = _number(text, parts, index, lead) if _FIGURE.match(text, start) else None
        if found is None:
            index += 1
            continue
        kind, last = found
        yield kind, start, parts[last].end
        account_end = parts[last].end if kind == "account" else account_end
        index = last + 1


def _read(match: re.Match[str], text: str) -> _Part | None:
    """Return a part of a number; None for digits that a letter makes an amount or a name: "3tr", "A3"."""
    if match["word"]:
        digits = "".join(digit_words()[word.lower()] for word in _digit_word().findall(match[0]))
        return _Part(*match.span(), digits, is_word=True)
    start, end = match.span()
    beside = (start and text[start - 1].isalpha()) or (end < len(text) and text[end].isalpha())
    if beside and not _is_digit_word(text, start, end):
        return None
    return _Part(start, end, match[0].lower().translate(_LETTERS), is_word=False)


def _is_digit_word(text: str, start: int, end: int) -> bool:
    """Whether the letters at both sides of digits are words for digits: "6hai3"."""
    before = re.search(r"[^\W\d_]*$", text[max(0, start - 8) : start])
    behind = re.match(r"[^\W\d_]*", text[end : end + 8])
    sides = {side[0].lower() for side in (before, behind) if side} - {""}
    return sides <= digit_words().keys()


def _is_joined(text: str, before: _Part, part: _Part) -> bool:
    gap = text[before.end : part.start]
    if len(gap) > _LONGEST_GAP:
        return False
    return _SIGNS.fullmatch(gap) is not None or with_words(_JOINING, "number_joins").fullmatch(gap) is not None


def _number(text: str, parts: Sequence[_Part], first: int, lead: _Lead | None) -> tuple[str, int] | None:
    """Tell the kind of the number that begins with a part, and its last part, or None."""
    start = parts[first].start
    goes_on = _GOES_ON.search(text[max(0, start - 2) : start]) is not None
    is_dated = first + 2 < len(parts) and _YEAR.fullmatch(parts[first + 2].digits) is not None  # day, month and year
    if not (goes_on or is_dated) and (last := _end_of_phone(text, parts, first)) is not None:
        return "phone", last
    if parts[first].is_word:
        return None
    if lead is not None and not is_dated:
        row = _row(text, parts, first, in_blocks=False)
        if lead.fewest <= _length(row) and not _is_amount(text, row):
            return lead.kind, first + len(row) - 1
    # One that nothing announces is too long for an amount.
    row = parts[:0] if goes_on else _row(text, parts, first, in_blocks=True)
    is_long = _FEWEST_DIGITS + (len(row) > 1) <= _length(row) <= _LONGEST_CODE
    is_account = is_long and not _is_amount(text, row) and not with_words(_COUNTED, "counted").match(text, row[-1].end)
    return ("account", first + len(row) - 1) if is_account else None


def _end_of_phone(text: str, parts: Sequence[_Part], first: int) -> int | None:
    """Tell with which part a telephone number ends that begins with one, or None."""
    digits, found, words = "", None, False
    for index in range(first, min(first + _MOST_PARTS, len(parts))):
        part = parts[index]
        if index > first and not _is_joined(text, parts[index - 1], part):
            break
        digits, words = digits + part.digits, words or part.is_word
        if len(digits) > _MOST_DIGITS:
            break
        if _MOBILE.match(digits):
            if len(digits) == _MOBILE_DIGITS:
                return index
            is_spoken = all(each.is_word for each in parts[first : index + 1]) and index - first >= _FEWEST_SPOKEN
            is_near = is_spoken or (words and len(digits) in (_FEWEST_DIGITS - 1, _FEWEST_DIGITS, _MOBILE_DIGITS + 1))
        elif _LANDLINE.match(digits):
            is_near = len(digits) in (_MOBILE_DIGITS, _MOBILE_DIGITS + 1)
        else:
            is_near = _ABROAD.match(digits) is not None and len(digits) >= _MOBILE_DIGITS + 1
        found = index if is_near else found
    return found


def _row(text: str, parts: Sequence[_Part], first: int, *, in_blocks: bool) -> Sequence[_Part]:
    """Return the parts in figures that few signs part: all of them, or those that are blocks of a number in groups."""
    sizes = (1,) if len(parts[first].digits) == 1 else _BLOCK if len(parts[first].digits) in _BLOCK else ()
    end = first + 1
    while end < len(parts) and not parts[end].is_word:
        gap = text[parts[end - 1].end : parts[end].start]
        is_block = gap and len(parts[end].digits) in sizes
        if not _CODE_SIGNS.fullmatch(gap) or (in_blocks and not is_block):
            break
        end += 1
    return parts[first:end]


def _length(row: Sequence[_Part]) -> int:
    return sum(len(part.digits) for part in row)


def _is_amount(text: str, row: Sequence[_Part]) -> bool:
    """Whether parts are years, or a unit of money stands behind them."""
    return _UNIT.match(text, row[-1].end) is not None or all(_YEAR.fullmatch(part.digits) for part in row)


def _announced(before: str, account: str) -> _Lead | None:
    """Tell what number the words or the filler of an account before it announce, or None."""
    _, found, gap = before.rpartition(account)
    if found and _ENDS_CHAIN.search(gap) is None:
        return _Lead("account", _FEWEST_IN_CHAIN)
    for kind, leads, fewest in (
        ("account", "account_number_leads", _LONG_CODE),
        ("id_card", "code_leads", _SHORT_CODE),
        ("id_card", "number_leads", _LONG_CODE),
    ):
        if with_words(_LEAD, leads).search(before):
            return _Lead(kind, fewest)
    return None
