"""Patterns of personal numbers, addresses and links. All run on a text without diacritics and take bounded looks.

Numbers that identify nobody stay: prices, dates, numbers of legal documents, short emergency numbers.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from monitor.privacy.masks.lexicon import any_of, name_words, with_words
from monitor.privacy.masks.text import Found, MaskableText

_SEPARATOR: Final = r"[ .\-–)\u00a0]{0,2}"
_GROUPED: Final = r"(?!0)\d{1,3}(?:[.,]\d{3})+(?!\d)"
CURRENCY: Final = r"\s*(?:dong|nghin|ngan(?! hang)|trieu|ty|ti|vnd|d|usd|tr|k|\$)(?!\w)"
_DATE: Final = r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d{2}|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2})(?!\d)"
NO_FIGURE: Final = rf"(?!{_DATE})(?!{_GROUPED})"
_PAPER_AHEAD: Final = r"[^\d\n;!?]{0,25}?(?=(?<!\w)[A-Z]{0,2}\d|\d)"

# Links and names of accounts
_HOST: Final = r"(?<![\w@.-])(?:https?://)?(?:[\w-]+\.)*"
_PATH: Final = r"[^\s<>\"'()\[\]]*[^\s<>\"'()\[\].,;:!?…]"
_OWN_SITE: Final = (
    rf"{_HOST}[\w-]+\.(?:blogspot|wordpress)\.com(?:/{_PATH})?"
    rf"|https?://[^\s/]+/(?:@|users/|user/|u/|nguoi-dung/|thanh-vien/|ho-so/|profile/|members?/)\w{_PATH}"
)
_NAMED_PAGE: Final = (
    r"(?<![a-z])(?:%s)[-_.+](?:thi|van|a|duc|huu|xuan|minh|ngoc|kim|thanh|thu)[-_.+][a-z]{1,7}(?![a-z])"
    r"|[?&](?:ten|name|hoten|email|user)="
)
_AT: Final = r"(?:@|\s?(?:\[at\]|\(at\)|\(a\))\s?| @ (?=\w{1,30}\.(?:com|vn|net|org|example|test)(?!\w)))"
_MAIL_ADDRESS: Final = rf"(?<![\w.+-])[\w.+-]*\w{_AT}[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{{2,}}(?!\w)(?!@)"
# Also a chain of more than two, which would else take a pass for every pair.
_HANDLE: Final = (
    r"(?<![\w@])@(?!(?:all|everyone|here)(?!\w))"
    r"[\w\u0300-\u036f](?:[\w.\u0300-\u036f-]*[\w\u0300-\u036f])?(?:@[\w-]+(?:\.[\w-]+)*)*"
)
_OTHER_HANDLE: Final = r"(?<![\w/])/?u/\w[\w-]{2,30}"

# Papers, insurance, accounts
_IDENTITY_LEAD: Final = (
    r"(?<!\w)(?:can cuoc cong dan|can cuoc|chung minh nhan dan|chung minh thu|chung minh|ho chieu|so dinh danh|"
    r"(?:mst|ma so thue) ca nhan|cccd|cmnd|cmtnd|cmt|passport)(?!\w)" + _PAPER_AHEAD
)
_INSURANCE_NUMBER: Final = r"(?:[A-Z]{2} ?\d(?: ?\d){12}|\d(?:[ .\-]?\d){9})(?!\d)"
_INSURANCE_LEAD: Final = (
    r"(?<!\w)(?:bhxh|bhyt|bhtn|vssid|(?:the |so |ma )?bao hiem|so so)(?!\w)"
    r"[^\d\n;!?]{0,25}?(?=(?<!\w)(?:[A-Z]{2} ?)?\d)" + NO_FIGURE
)
_ACCOUNT_NUMBER: Final = rf"{NO_FIGURE}\d(?:[ .\-]?\d){{5,18}}(?!\d)(?!{CURRENCY})"
_ACCOUNT_LEAD: Final = (
    r"(?<!\w)(?:so tai khoan|tai khoan|so tk|stk|tk|so the(?! b)|the atm)(?!\w)"
    r"[^\d\n;!?]{0,40}+(?=\d)(?<!(?-i: [A-Z]{2}))"
    r"|(?<!\w)ngan hang(?!\w)[^\d\n;:,.!?]{0,20}+(?=\d)(?!0[35789]\d{8}(?!\d))"
)

# Telephones
_PHONE_LEAD: Final = r"(?<!\w)(?:sdt|dt|dien thoai|lien he|goi|zalo|zl|lh|call|phone|tel|hotline)(?!\w)[ :.\-–]{0,4}"
_PHONE_NUMBER: Final = (
    r"(?<!\d)(?<!\d\d\.)(?:"  # "21.0158 105.7643" is a place
    r"0[1-9]\d{7,9}(?!\d)"
    rf"|\(?0[1-9](?:{_SEPARATOR}\d){{7,9}}(?!\d)"
    r"|\(?\+(?!(?!84)\d{1,3}(?:[.,]\d{3})+(?!\d))\s?\d{1,3}\)?(?:[ .\-–()]{0,3}\d){8,12}(?!\d)"
    r")"
)
# Birth dates
_ANY_DATE: Final = (
    r"(?:(?:ngay )?\d{1,2}(?:[./-]| thang )\d{1,2}(?:[./-]| nam )(?:19|20)?\d{2}"
    r"|(?:19[3-9]|20[0-2])\d|2k\d{1,2})(?![\w/])"
)
_BIRTH_LEAD: Final = (
    r"(?<!\w)(?:ngay,? thang,? nam sinh|ngay sinh|nam sinh|sinh nhat|sinh ngay|sinh nam|sinh vao|sinh hoi|sinh|s/n|sn|"
    r"de ngay|dob)(?!\w)"
    r"(?:[ :.\-–(]{0,3}(?:tren \w{1,8} la|cua \w{1,8} la|\w{1,4} la|la|nam|ngay)?[ :.\-–(]{0,3})"
)
_SPEAKER_BORN: Final = r"(?<!\w)(?:e|em|minh|nam|nu|ban|chau)(?=[ ,]{1,2}2k\d)[ ,]{1,2}"

_KINDS: Final = {
    "mail": "email", "profile": "link", "other_handle": "handle", "tagged_name": "handle", "called": "phone",
    "identity": "id_card", "bank": "account", "before_bank": "account",
    "born": "birth_date",
}  # fmt: skip
_NO_PERSON: Final = frozenset({"figure", "grouped"})


@cache
def _bank() -> str:
    """Give the expression for the name of a bank or a purse."""
    return rf"(?:{any_of(name_words()['banks'].written).replace(' ', ' ?')}|\w{{1,20}}bank)"


@cache
def _profile_link() -> str:
    """Give the expression for a link to a person's page."""
    known = name_words()
    public = rf"(?<=/)(?:(?:{any_of(known['public_pages'].written)})(?!\w)|groups/(?![^/\s]+/user/))"
    return rf"{_HOST}(?:{any_of(known['profile_pages'].written)})(?!{public}){_PATH}|{_OWN_SITE}"


@cache
def _personal(name: str, born: str) -> re.Pattern[str]:
    """Compile the patterns for one pass, so that a part of a date or of a price is not taken for a phone number.

    Args:
        name: The filler of names.
        born: The filler of birth dates.

    """
    years = rf"(?:{_ANY_DATE})"
    # Nothing begins inside a word but at its first digit: most places are passed over at once.
    start = rf"(?:(?<![\w@])(?=[\w@+(/{name}{born}])|(?<=[\W_])(?=[\w@])|(?<!\d)(?=\d))"
    near_digit = r"(?=\D{0,64}+\d)"  # before what needs a number: most words are passed over
    tagged_name = r"@(?-i:[A-Z][a-z]+(?: [A-Z][a-z]*(?![a-z])){1,3})"
    addresses = (
        rf"(?<![\w.+-])(?=[\w.+-]++\s?[@\[(])(?P<mail>{_MAIL_ADDRESS})"
        rf"|(?=[\w-]{{1,63}}+[.:])(?:(?P<profile>{_profile_link()})|(?P<page>https?://[^\s<>\"]+))"
        rf"|(?=@)(?:(?P<tagged_name>{tagged_name})|(?P<handle>{_HANDLE}))"
        rf"|(?=/?u/)(?P<other_handle>{_OTHER_HANDLE})"
    )
    behind_words = (
        rf"(?=[acdegilmnpstvhbkoz{name}{born}])(?:"
        rf"(?P<birth_date>(?P<birth_date_lead>{_BIRTH_LEAD}|{_SPEAKER_BORN}"
        rf"|{born} (?:hay|hoac|con|va) (?:\w{{2,4}} ){{0,3}}(?:la )?){years})"
        rf"|(?P<born>(?P<born_lead>{name} ?[(,] ?(?:sn )?){years}(?=\)|,|\.|;|$))"
        rf"|(?P<insurance>(?P<insurance_lead>{_INSURANCE_LEAD}){_INSURANCE_NUMBER})"
        rf"|(?P<id_card>(?P<id_card_lead>{_IDENTITY_LEAD})[A-Z]{{0,2}}\d(?:[ .\-]?\d){{6,11}}(?!\d))"
        rf"|(?P<account>(?P<account_lead>{_ACCOUNT_LEAD}){_ACCOUNT_NUMBER})"
        rf"|(?P<bank>(?P<bank_lead>(?<!\w){_bank()}[ :.\-–]{{1,3}}){_ACCOUNT_NUMBER})"
        rf"|(?P<called>(?P<called_lead>{_PHONE_LEAD}){NO_FIGURE}(?!1[89]00)"
        rf"[1-9](?:[ .\-]?\d){{8,10}}(?!\d)(?!{CURRENCY}))"
        r")"
    )
    bank_behind = rf"(?= (?:- )?(?:ngan hang |nh )?{_bank()}(?!\w))"
    numbers = (
        rf"(?P<figure>{_DATE}|(?<!\d){_GROUPED}{CURRENCY})"
        rf"|(?P<before_bank>(?<!\d){NO_FIGURE}\d(?:[ .\-]?\d){{7,18}}{bank_behind})"
        r"|(?P<identity>(?<!\d)(?:\d{12}|0\d\d(?:[ .]\d{3}){3}|0\d{3}(?:[ .]\d{4}){2}|0(?:[ .-]\d){11})(?!\d)"
        rf"(?!{CURRENCY}))"
    )
    return re.compile(
        rf"{start}(?:{addresses}|{near_digit}{behind_words}"
        rf"|(?=\d)(?:{numbers})|(?=[\d(+])(?P<phone>{_PHONE_NUMBER})"
        rf"|(?=\d)(?P<grouped>(?<!\d){_GROUPED}))",
        re.IGNORECASE,
    )


_PHONE_IN_LINK: Final = re.compile(r"(?<=[=/:])(?:\+|%2B)?(?:84|0)\d{9}(?![\w-])")


def find_patterns(work: MaskableText) -> Iterator[Found]:
    """Find everything but names, in the order of the text."""
    for match in _personal(work.filler("name"), work.filler("birth_date")).finditer(work.bare):
        group = match.lastgroup or ""
        if group == "page":
            yield from _in_page(match)
        elif group not in _NO_PERSON:
            lead = match.groupdict().get(f"{group}_lead") or ""
            yield _KINDS.get(group, group), match.start() + len(lead), match.end()


def _in_page(page: re.Match[str]) -> Iterator[Found]:
    """Find what a link to a page tells of a person: all of it when it carries a name, else telephone numbers."""
    if with_words(_NAMED_PAGE, "slug_families").search(page[0]):
        yield "link", page.start(), page.start() + len(page[0].rstrip(".,;:!?)…"))
        return
    for number in _PHONE_IN_LINK.finditer(page.string, page.start(), page.end()):
        yield "phone", number.start(), number.end()
