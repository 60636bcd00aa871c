"""Where somebody lives, and under which name somebody is found elsewhere: rows of parts of an address, and accounts.

One part alone tells of nobody: "tầng 2", "tổ 5". Two in a row do, when one of them is a house or a room.
"""

import re
from collections.abc import Iterator
from functools import cache, partial
from typing import Final

from monitor.privacy.masks.lexicon import any_of, name_words
from monitor.privacy.masks.text import Found, MaskableText, settle_tones

_UPPER: Final = "".join(filter(str.isupper, map(chr, (*range(0x41, 0x250), *range(0x1E00, 0x1F00)))))
_NUMBER: Final = (
    r"(?!0\d{3}|\d\d-?[a-z]\d[ .-]\d)(?:[a-z]{1,2}[-.]?)?\d{1,4}(?:[a-z]\d{0,3})?(?:[-.]\d{2,4})?"
    r"(?:/[a-z]?\d{1,4}[a-z]?){0,3}(?!\w)(?![/.-]\d)"
)
_PLAIN_NUMBER: Final = r"[a-z]{0,2}\d{1,4}[a-z]?(?:/[a-z]?\d{1,4}[a-z]?){0,3}"
# Not a day and a month: these are small.
_SLASHED: Final = (
    r"(?:(?:3[2-9]|[4-9]\d|\d{3,4}|\d{1,4}[a-z])/|\d{1,3}/(?=\d{1,3}[a-z]|\d{1,3}/(?!(?:19|20)\d\d)))"
    r"\d{1,4}[a-z]?(?:/\d{1,4}[a-z]?){0,2}(?!\w)(?![/.-]\d)"
)
_CAPITALS: Final = (
    rf"(?-i:[{_UPPER}][^\W\d_{_UPPER}]+(?:[ -][{_UPPER}][^\W\d_{_UPPER}]+){{0,4}}(?: \d{{1,3}}(?:/\d{{1,2}})?(?!\d))?)"
)
_STREET: Final = (
    rf"(?-i:(?:Y|[{_UPPER}][^\W\d_{_UPPER}]+)(?: [{_UPPER}][^\W\d_{_UPPER}]+){{1,2}})"  # one word begins a sentence
)
_SMALL: Final = rf"(?-i:[^\W\d_{_UPPER}]+)"
_CLAUSE: Final = r"(?:(?!\d{4})[^,.;:!?…\n()\[\]]){2,40}(?!\w)"  # no telephone number
_GAP: Final = r"[ ,(\-–]{1,3}"
_PUBLIC_HOUSES: Final = r"(?:máy|trường|nước|ga|thờ|hàng|trẻ|văn|xe|nghỉ|sách|hát|tù|dưỡng|ăn)\b"
_MAY_HOLD_HOME: Final = re.compile(r"\d|nhà|ở", re.IGNORECASE)  # a row has a number, or is where one lives
_SIGNS: Final = "\"“”'‘’"
_HANDLE: Final = (
    r"(?:(?![\d._]+(?!\w))[a-z0-9_]*(?:[._][a-z0-9_]+)+|_[a-z0-9_.]*[a-z0-9_]"
    r"|[a-z]+_?\d{2,}[a-z0-9_]*|[a-z]{4,}\d[a-z0-9_]*)(?![\w@/]|\.\w)"
)
_ACCOUNT_NAME: Final = rf"(?-i:[{_UPPER}][^\W\d_]*(?: [{_UPPER}][^\W\d_]*){{1,4}}(?: \d\w{{1,4}})?)"
_HANDLE_BEFORE: Final = re.compile(
    r"(?<![\w@./#])(?=[a-z0-9._]*[a-z]{3})(?=[a-z0-9.]*_)[a-z0-9_.]{5,}[a-z0-9_](?![\w@/])"
    r"|(?<![\w@./#])[a-z0-9_.]{2,32}#\d{4}(?!\w)"
    r"|(?<![\w@./#-])[a-z]{3,20}\.[a-z]{2,20}\d{2,4}(?![\w@/]|\.\w)",
    re.IGNORECASE,
)
_INITIALS: Final = re.compile(
    rf"(?<![\w.])(?!T\. ?P|R\.I\.P)(?:[{_UPPER}]\. ?){{2,3}}[{_UPPER}][^\W\d_{_UPPER}]+"
    rf"|(?:(?<=ng )|(?<=nh )|(?<=à )|(?<=ô )|(?<=hị )|(?<=em ))(?:[{_UPPER}]\.){{2,3}}[{_UPPER}]?(?!\w)"  # "ông V.V.P"
)
_AT: Final = r" ?(?:\bat\b|\ba cong\b|\ba còng\b|\ba móc\b|\btại\b|\[at\]|\(at\)|\(a\)|\[a\]) ?"
_DOT: Final = r" ?(?:\bdot\b|\bcham\b|\bchấm\b|\[dot\]|\(dot\)|\(?\b(?:gạch dưới|gach duoi|gạch ngang)\b\)?) ?"
_MAIL_IN_WORDS: Final = re.compile(
    rf"(?<![\w.+-])(?:(?:[a-z]{{2,12}} ){{1,2}}(?=\d{{2,4}}{_AT}))?[\w.+-]{{2,40}}(?:{_DOT}[\w.+-]{{2,20}}){{0,2}}"
    rf"(?:(?:{_AT})\w[\w-]{{1,30}}(?:(?:{_DOT}|\.)\w{{2,10}}){{1,2}}"
    rf"|(?:{_AT}| ?@ ?| )(?:gmail|yahoo|hotmail|outlook|icloud)(?:(?:{_DOT}| ?\.? ?)com(?:(?:{_DOT}|\.)vn)?)"
    rf"|@\w[\w-]{{1,30}}(?:{_DOT}\w{{2,10}}){{1,2}})(?!\w)",
    re.IGNORECASE,
)


def _any(name: str, *, is_bare: bool) -> str:
    """Return the expression for the words of a list, without diacritics too in a text that has few."""
    words = name_words()[name]
    return any_of(words.written | words.bare if is_bare else words.written)


@cache
def _home(*, is_bare: bool) -> re.Pattern[str]:
    """Compile the row of an address, with a landmark behind it. A group that is not empty shows it is no part alone."""
    words = partial(_any, is_bare=is_bare)
    so = r"(?:số |so )?"
    house = rf"(?:{words('house_parts')})[ .]{{0,2}}{so}{_NUMBER}"
    numbered = rf"(?:{words('area_parts')})[ .]{{0,2}}{so}{_NUMBER}"
    owner = rf"(?:{words('kin')}) (?:{_CAPITALS}|[^\W\d_]+)"
    block = r"(?-i:[A-ZĐ]{1,3}\d{0,3})(?!\w)"
    market = rf"chợ (?:{_SMALL} ){{0,2}}{_CAPITALS}"
    named = rf"(?:{words('area_parts')})[ .]{{0,2}}(?:{block}|{_CAPITALS}|{owner}|giữa|đầu|cuối)|{market}"
    lodging = rf"(?:{words('lodgings')})(?!\w)|nhà (?-i:[A-Z]\d{{0,2}})(?!\w)"
    named_street = rf"(?-i:(?=[{_UPPER}])(?:{words('streets')}))(?!\w)"
    street = rf"(?:{words('street_words')}) ?(?:{_CAPITALS}|(?-i:[A-ZĐ]{{1,2}})\d{{1,3}})|{named_street}"
    side = rf"(?:{words('side_parts')})(?:(?: {_SMALL}){{0,3}} {_CAPITALS}|(?: [^\W\d_]+){{1,3}})"
    plain = r"[kh]?\d{1,4}[a-z]?"
    slashed = r"[a-z]?\d{1,4}/[a-z]?\d{1,4}[a-z]?(?:/[a-z]?\d{1,4}[a-z]?){0,2}(?!\w)"
    in_street = (
        rf"(?<!kỷ niệm )(?<!lễ ){_PLAIN_NUMBER},? (?:{street})|(?:{_SLASHED}|{plain}/{plain}) {side}"
        rf"|(?:nhà số|số nhà) {slashed}|[kh]{slashed}(?: {_STREET})?"
        rf"|(?:(?:{words('dwelling_places')}) )?{plain},? (?:{words('lanes')})"
        rf" (?:\d{{1,4}}(?:/\d{{1,4}})*|(?:{_SMALL} ){{0,3}}{_CAPITALS})"
        rf"|{plain} (?:{words('area_parts')}) (?-i:[A-Z])\d{{1,3}}|\d{{2,4}} (?:lô|block|tòa|dãy) (?-i:[A-Z])(?!\w)"
    )
    leads = words("landmark_leads")
    near = rf"(?:nhà )?(?:\w+ ){{0,2}}(?:{leads}) {_CLAUSE}"
    part = rf"{house}(?: {_STREET})?|{numbered}|{named}|{_SLASHED}|{lodging}|nhà {owner}|nối dài|{side}|{near}"
    ends = words("address_ends")
    described = rf"(?:nhà|căn|quán) (?:cấp|sàn|thứ|có|màu|sơn|mái)(?!\w)(?: (?!(?:{ends})(?!\w))[^\s,.;:!?…()]+){{1,5}}"
    part = rf"(?:{part}|{described})"
    village = rf"(?:{numbered}|(?:xã|thôn|bản|xóm|ấp) {_CAPITALS})"
    more = rf"(?:{_GAP}{part})*"
    dwelling = (
        rf"(?:(?:đầu|cuối|giữa) )?(?:{words('dwelling_places')})"
        rf" (?:{so}\d{{1,3}}|{_CAPITALS}|{owner}|(?:cuối|đầu) \w+ \d+|{near})"
        rf"{_GAP}(?:{part}{_GAP}){{0,2}}(?:{near}|nhà {owner}(?: \w+)?|(?:phòng|nhà) (?:cuối|đầu))"
    )
    lives = "|".join(rf"(?<=\b{word} )" for word in ("ở", "nhà", "nó", "gần", "về", "tới", "đến"))
    return re.compile(
        rf"(?<![\w/.-])(?=\w)(?:"
        rf"((?:(?:{numbered}|{named}|{lodging}){_GAP}){{0,4}})"
        rf"(?:({in_street})|{house}|{_SLASHED})((?: {_STREET})?{more})"
        rf"|({village}(?:{_GAP}(?:{village}|{named})){{0,2}}{_GAP}(?:{near}|{described})){more}"
        rf"|(?<=\bở )((?-i:[A-Z])\d{{1,3}}{_GAP}{part}){more}"
        rf"|(?:{lives})({dwelling}){more}"
        rf"|(?<=\bở )((?:căn |ngôi |cái )?nhà (?!{_PUBLIC_HOUSES})(?:\w+ ){{0,5}}?{near}))",
        re.IGNORECASE,
    )


@cache
def _others(account: str, name: str, *, is_bare: bool) -> tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...]:
    """Compile what else is found: its kind, and signs without which it is not, as in most texts.

    Args:
        account: The filler of accounts.
        name: The filler of names.
        is_bare: Whether the text has hardly any diacritics.

    """
    words = partial(_any, is_bare=is_bare)
    begins = "|".join(map(words, ("address_begins", "area_parts", "dwelling_places", "landmark_leads")))
    begins = rf"(?:{begins})(?!\w)|(?:{words('house_parts')})[ .]{{0,2}}(?:số )?{_NUMBER}"
    clause = rf"[^,.;:!?…\n()\[\]]{{0,45}}?(?=[,.;:!?…\n(]| (?:{words('address_ends')})(?!\w)|$)"
    part = rf"(?:{begins}){clause}|[a-z]?\d{{1,4}}(?:/\d|[a-z]? (?:{words('area_parts')})(?!\w)){clause}"
    several = rf"(?:{part}),? (?:{part})(?:, ?(?:{part}))*"
    told = (  # parts of an address in a row behind words that announce one, of which each begins as parts do
        rf"(?<!\w)(?:(?:{words('address_leads')})[ :]{{1,3}}(?P<all>(?:{part})(?:, ?(?:{part}))*)"
        rf"|(?:{words('whereabouts')}) (?P<more>{several}|[a-z]?\d{{1,4}}/\d{clause}))"
    )
    named = (
        rf"(?<!\w)(?:{words('account_leads')})(?!\w)[ :]{{1,3}}(?:(?:\w+ ){{0,2}}(?:là|la|tên|ten)[ :]{{1,3}})?"
        rf"(?:[{_SIGNS}](?P<quoted>[^{_SIGNS}\n]{{2,40}})[{_SIGNS}]"
        rf"|(?:\w+ ){{0,2}}(?P<handle>{_HANDLE})|(?P<name>{_ACCOUNT_NAME}))"
    )
    another = rf"{account}(?: ?(?:,|và|với|hoặc|hay|/) ?)(?P<name>{_ACCOUNT_NAME})"
    by_birth = rf"(?<!\w)(?:{words('courteous')}|con trai|con gái) (?P<name>[2-9] (?-i:[{_UPPER}])[^\W\d_]+)(?!\w)"
    people = (
        rf"{name}(?:,? \d{{1,2}} tuổi)?,?(?: của \w+)? (?:là )?(?:người|dân tộc|dt) (?:dân tộc )?"
        rf"(?P<people>{words('peoples')})(?!\w)"
    )
    return (
        ("address", re.compile(told, re.IGNORECASE), ()),
        ("handle", re.compile(named, re.IGNORECASE), ()),
        ("handle", re.compile(another, re.IGNORECASE), (account,)),
        ("handle", _HANDLE_BEFORE, ("_", "(", "#", ".")),
        ("name", _INITIALS, (".",)),
        ("name", re.compile(by_birth, re.IGNORECASE), tuple("23456789")),  # "con trai 7 Rô"
        ("name", re.compile(people, re.IGNORECASE), (name,)),
        ("email", _MAIL_IN_WORDS, ("@", "at", "(a", "[a", "cong", "còng", "móc", "mail", "yahoo", "outlook", "icloud")),
    )


def find_homes(work: MaskableText) -> Iterator[Found]:
    """Find addresses, names of accounts without an @, and mail addresses in words."""
    text = settle_tones(work.text)
    if _MAY_HOLD_HOME.search(text):  # most texts hold neither, and the search for a row is the dearest of all
        yield from (
            ("address", *match.span()) for match in _home(is_bare=work.is_bare).finditer(text) if any(match.groups())
        )
    small = text.lower()
    for kind, pattern, signs in _others(work.filler("handle"), work.filler("name"), is_bare=work.is_bare):
        if not signs or any(sign in small for sign in signs):
            yield from ((kind, *match.span(match.lastgroup or 0)) for match in pattern.finditer(text))
