"""Masking of personal data in quoted posts: numbers, addresses, accounts and names become a word in square brackets.

Numbers that identify nobody stay: prices, dates, numbers of legal documents, short emergency numbers. Names are masked
only after a courtesy title or a word such as "họ tên", where they can be told from other capitalised words.
"""

import re
import unicodedata

PHONE = "[số điện thoại]"
MAIL = "[e-mail]"
ACCOUNT = "[tài khoản]"
NAME = "[tên]"
DOCUMENT = "[số giấy tờ]"
PROFILE = "[liên kết cá nhân]"
WITHHELD = "[không trích: quá nhiều dữ liệu cá nhân lồng nhau]"


def _forms(*phrases: str) -> str:
    """Return a regular expression for any of the phrases, in NFC or NFD, with any white space between words."""
    forms = {unicodedata.normalize(form, phrase) for phrase in phrases for form in ("NFC", "NFD")}
    longest_first = sorted(forms, key=lambda phrase: (-len(phrase), phrase))
    return "(?:" + "|".join(re.escape(phrase).replace(r"\ ", r"\s*") for phrase in longest_first) + ")"


_SEPARATOR = r"[ .\-–)\u00a0]{0,2}"
_GROUPED = r"(?!0)\d{1,3}(?:[.,]\d{3})+(?!\d)"
_CURRENCY = rf"\s*(?:{_forms('đồng', 'nghìn', 'ngàn', 'triệu', 'tỷ', 'tỉ', 'vnđ', 'đ')}|vnd|usd|dong|tr|k|\$)(?!\w)"
_DATE = r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d{2}|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2})(?!\d)"
_NO_FIGURE = rf"(?!{_DATE})(?!{_GROUPED})"
_HOST = r"(?<![\w@.-])(?:https?://)?(?:[\w-]+\.)*"
_PATH = r"[^\s<>\"'()\[\]]*[^\s<>\"'()\[\].,;:!?…]"

_PROFILE_LINK = (
    rf"{_HOST}(?:"
    r"(?:facebook\.com|fb\.com)/(?!(?:watch|events|hashtag|sharer|marketplace)(?!\w)|groups/(?![^/\s]+/user/))"
    r"|(?:fb\.me|m\.me|zalo\.me|t\.me|telegram\.me|wa\.me)/"
    r"|instagram\.com/(?!(?:p|reel|explore)/)"
    r"|(?:twitter|x)\.com/(?!(?:hashtag|search|i|home)(?!\w))"
    r"|tiktok\.com/@|threads\.(?:net|com)/@|linkedin\.com/in/"
    r"|youtube\.com/(?:@|user/|c/|channel/)"
    rf"){_PATH}"
    rf"|https?://[^\s/]+/(?:@|users/)\w{_PATH}"
)
_AT = r"(?:@|\s?(?:\[at\]|\(at\)|\(a\))\s?| @ ?(?=gmail|yahoo|hotmail|outlook|icloud))"
_MAIL_ADDRESS = rf"(?<![\w.+-])[\w.+-]*\w{_AT}[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{{2,}}(?!\w)(?!@)"
# Also a chain of more than two, which would else take a pass for every pair.
_HANDLE = r"(?<![\w@])@[\w\u0300-\u036f](?:[\w.\u0300-\u036f-]*[\w\u0300-\u036f])?(?:@[\w-]+(?:\.[\w-]+)*)*"
_IDENTITY_LEAD = (
    rf"(?<!\w)(?:{_forms('căn cước công dân', 'căn cước', 'can cuoc', 'chứng minh nhân dân', 'chứng minh thư')}"
    rf"|{_forms('chung minh', 'hộ chiếu', 'ho chieu')}|cccd|cmnd|cmtnd|cmt|passport)(?!\w)[^\d\n;!?]{{0,25}}?"
)
_ACCOUNT_LEAD = (
    rf"(?<!\w)(?:{_forms('số tài khoản', 'so tai khoan', 'tài khoản', 'tai khoan', 'số tk', 'so tk')}|stk|tk)(?!\w)"
    r"[^\d\n;!?]{0,40}?|(?<!\w)(?:\w*bank|bidv|momo)[ :.\-–]{1,3}"
)
_PHONE_LEAD = (
    rf"(?<!\w)(?:{_forms('sđt', 'đt', 'điện thoại', 'dien thoai', 'liên hệ', 'lien he', 'gọi')}"
    r"|sdt|dt|zalo|zl|lh|call|phone|tel|hotline)(?!\w)[ :.\-–]{0,4}"
)
_PHONE_NUMBER = (
    r"(?<!\d)(?:"
    r"0[1-9]\d{7,9}(?!\d)"
    rf"|\(?0[35789](?:{_SEPARATOR}\d){{8}}(?!\d)"
    rf"|\(?0[1-9](?:{_SEPARATOR}\d){{7,9}}(?!\d)"
    r"|0(?:[ .\-_]{1,2}\d){8,10}(?!\d)"
    r"|\(?\+(?!(?!84)\d{1,3}(?:[.,]\d{3})+(?!\d))\s?\d{1,3}\)?(?:[ .\-–()]{0,3}\d){8,12}(?!\d)"
    rf"|(?:0084|84)[ .\-]?[235789](?:{_SEPARATOR}\d){{8}}(?!\d)"
    r")"
)

_ACCOUNT_NUMBER = rf"{_NO_FIGURE}\d(?:[ .\-]?\d){{5,18}}(?!\d)(?!{_CURRENCY})"

# One pass over all of these, so that a part of a date or of a price is not taken for a phone number.
_PERSONAL = re.compile(
    rf"(?P<mail>{_MAIL_ADDRESS})"
    rf"|(?P<profile>{_PROFILE_LINK})"
    r"|(?P<page>https?://[^\s<>\"]+)"
    rf"|(?P<handle>{_HANDLE})"
    rf"|(?P<document>(?P<document_lead>{_IDENTITY_LEAD})[A-Z]?\d(?:[ .\-]?\d){{6,11}}(?!\d))"
    rf"|(?P<account>(?P<account_lead>{_ACCOUNT_LEAD}){_ACCOUNT_NUMBER})"
    rf"|(?P<called>(?P<called_lead>{_PHONE_LEAD}){_NO_FIGURE}(?!1[89]00)"
    rf"[1-9](?:[ .\-]?\d){{8,10}}(?!\d)(?!{_CURRENCY}))"
    rf"|(?P<figure>{_DATE}|(?<!\d){_GROUPED}{_CURRENCY})"
    rf"|(?P<identity>(?<!\d)(?:\d{{12}}|0\d\d(?:[ .]\d{{3}}){{3}}|0\d{{3}}(?:[ .]\d{{4}}){{2}})(?!\d)(?!{_CURRENCY}))"
    rf"|(?P<phone>{_PHONE_NUMBER})"
    rf"|(?P<grouped>(?<!\d){_GROUPED})",
    re.IGNORECASE,
)
_MASKS = {
    "mail": MAIL,
    "profile": PROFILE,
    "handle": ACCOUNT,
    "document": DOCUMENT,
    "account": ACCOUNT,
    "called": PHONE,
    "identity": DOCUMENT,
    "phone": PHONE,
}
# A masked account announces the next number, and that one the next: a list of accounts is masked in one pass.
_MORE_ACCOUNTS = re.compile(rf"(?<={re.escape(ACCOUNT)})(?:[^\d\n;!?]{{0,39}}?{_ACCOUNT_NUMBER})+", re.IGNORECASE)
_ONE_ACCOUNT = re.compile(_ACCOUNT_NUMBER, re.IGNORECASE)
_MOST_PASSES = 8  # two are usual
_PHONE_IN_LINK = re.compile(r"(?<=[=/:])(?:\+|%2B)?(?:84|0)\d{9}(?![\w-])")

_UPPER = "A-ZÀ-ÖØ-ÞĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_TITLES = _forms("anh", "chị", "ông", "bà", "cô", "chú", "em", "bác", "thầy", "cháu", "cụ", "chi", "ong")
_NAME_WORDS = _forms("họ và tên", "họ tên", "tên là", "ho va ten", "ho ten", "chủ tài khoản", "chủ tk", "ctk")
_CAPITALISED = rf"(?!(?i:{_TITLES})(?!\w))[{_UPPER}][\u0300-\u036f]*(?:[^\W\d_][\u0300-\u036f]*)*"
_GIVEN_ANH = rf"(?:Anh|ANH)(?!\w)(?![ \u00a0][{_UPPER}])"  # also a title, but not at the end of "Nguyễn Lan Anh"
_NAMED = re.compile(
    r"(?P<lead>(?<!\w)(?<![Đđ]àn )(?<![Đđ]a\u0300n )"  # "đàn ông Hàn Quốc" is a man of some country
    rf"(?:(?P<title>(?i:{_TITLES}))[ \u00a0]+|(?i:{_NAME_WORDS})[ \u00a0]*[:\-]?[ \u00a0]*|@))"
    rf"(?P<name>{_CAPITALISED}(?:[ \u00a0](?:{_CAPITALISED}|{_GIVEN_ANH})){{0,4}})"
)
_LONGEST_NAME = 4
_UNMARKED_TITLES = frozenset({"chi", "ong"})  # also other words; after them only a family name is surely a name
# Without marks, between spaces.
_FAMILY_NAMES = (
    " nguyen tran le pham huynh hoang phan vu vo dang bui do ho ngo duong ly dinh doan trinh luong mai cao dao dam lam "
    "ha chau ta luu thai to tang trieu quach kieu phung nghiem khuc la thach vuong au ong ton chu giang tong "
)
# Places, offices and groups that also follow a title: "Bà Rịa Vũng Tàu", "các anh Công An".
_NO_NAMES = (
    "|bà rịa|bà nà|bà đen|bà trưng|bà chúa|cô tô|anh quốc|ông ích|chú đại|công an|công nhân|công ty|công đoàn|cảnh sát|"
    "bộ đội|giám đốc|chủ tịch|việt nam|trung quốc|hàn quốc|nhật bản|thái lan|đài loan|hoa kỳ|"
    "hà nội|sài gòn|lao động|nhà nước|giáo viên|bác sĩ|xin chào|cảm ơn|"
)


def mask_personal(text: str) -> str:
    """Replace personal data by Vietnamese words in square brackets.

    Masked are telephone numbers, e-mail addresses, account names (`@name`, `@name@server`), links to profiles, numbers
    of identity papers, bank accounts, and names behind a courtesy title (the title stays). Masking twice changes
    nothing. The time is proportional to the length of the text, whatever it is made of.

    Args:
        text: A post or a part of one, as published.

    Returns:
        The text, unchanged otherwise; WITHHELD when so many parts hang on each other that nobody writes so.

    """
    for _ in range(_MOST_PASSES):  # a masked part may complete the context of another
        masked = _PERSONAL.sub(_mask, _NAMED.sub(_mask_name, text))
        if masked == text:
            return text
        text = _MORE_ACCOUNTS.sub(_mask_accounts, masked)
    return WITHHELD


def _mask_accounts(match: re.Match[str]) -> str:
    return _ONE_ACCOUNT.sub(ACCOUNT, match[0])


def _mask(match: re.Match[str]) -> str:
    group = match.lastgroup or ""
    if group == "page":
        return _PHONE_IN_LINK.sub(PHONE, match[0])
    if group not in _MASKS:
        return match[0]
    lead = match.groupdict().get(f"{group}_lead") or ""
    return lead + _MASKS[group]


def _mask_name(match: re.Match[str]) -> str:
    words = re.split("[ \u00a0]", match["name"])
    if len(words) == 1 or not _is_name(match["title"], words):
        return match[0]
    lead = match["lead"]
    rest = "".join(f" {word}" for word in words[_LONGEST_NAME:])
    return f"{ACCOUNT}{rest}" if lead == "@" else f"{lead}{NAME}{rest}"


def _is_name(title: str | None, words: list[str]) -> bool:
    if f" {_without_marks(words[0])} " in _FAMILY_NAMES and not _is_known(title, words[0]):
        return not _is_known(words[0], words[1])
    if title is None or title.casefold() in _UNMARKED_TITLES or len(words) > _LONGEST_NAME:
        return False  # after "@" or "họ tên", or in Title Case, only a family name is a sure sign
    if all(map(str.isupper, words)):
        return False  # a heading in capitals
    return not (_is_known(title, words[0]) or _is_known(words[0], words[1]))


def _is_known(first: str | None, second: str) -> bool:
    return unicodedata.normalize("NFC", f"|{first} {second}|".casefold()) in _NO_NAMES


def _without_marks(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.casefold().replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))
