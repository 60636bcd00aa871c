"""What an alert says, in the two languages of screens and messages: numbers and links to the desk, never a name."""

from collections.abc import Mapping
from typing import Any, Final

_LINES: Final[Mapping[str, Mapping[str, str]]] = {
    "cluster": {
        "vi": "Một nội dung lan nhanh: %(posts)s bài giống nhau trong %(hours)s giờ (nhóm %(cluster)s; "
        "bình thường %(usual)s).",
        "en": "A text spreads fast: %(posts)s copies within %(hours)s h (cluster %(cluster)s; usually %(usual)s).",
    },
    "label": {
        "vi": "Nhãn “%(label)s” tăng bất thường: %(posts)s bài trong %(hours)s giờ (bình thường %(usual)s).",
        "en": "The label “%(label)s” is out of its usual range: %(posts)s posts within %(hours)s h "
        "(usually %(usual)s).",
    },
    "search": {
        "vi": "Tìm kiếm đã lưu %(search)s có thêm %(posts)s bài mới.",
        "en": "The saved search %(search)s has found something new (%(posts)s).",
    },
    "source": {
        "vi": "Nguồn %(source)s đã im lặng %(hours)s giờ (bình thường %(usual)s bài trong thời gian ấy).",
        "en": "The source %(source)s has been silent for %(hours)s h (usually %(usual)s posts in that time).",
    },
    "report": {
        "vi": "Báo cáo %(period)s chưa được lập, dù đã quá hạn.",
        "en": "The report of %(period)s is due and was not written.",
    },
    "test": {
        "vi": "Đây là thông báo thử của KiểmTin: kênh này nhận được cảnh báo.",
        "en": "This is a test by KiểmTin: this channel gets alerts.",
    },
}
_LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "unverified": {"vi": "chưa kiểm chứng", "en": "unverified"},
    "negative": {"vi": "tiêu cực", "en": "negative"},
    "concern": {"vi": "bức xúc", "en": "concern"},
}
_NUMBERED: Final = frozenset({"search", "source"})  # kinds whose facts name a row by its number
_NUMBER: Final[Mapping[str, str]] = {"vi": "số ", "en": "no. "}
SUBJECTS: Final[Mapping[str, str]] = {"vi": "Cảnh báo của KiểmTin", "en": "Alerts of KiểmTin"}


def alert_line(kind: str, facts: Mapping[str, Any], language: str, name: str | None = None) -> str:
    """Return the line of an alert.

    Args:
        kind: What it is about.
        facts: Its counts and numbers.
        language: `vi` or `en`.
        name: What the screen calls the source, search or label; None: the number, or the label's short name.

    """
    values = {fact: _shown(value, language) for fact, value in facts.items()}
    if kind == "label":
        values["label"] = name or _LABELS.get(str(facts["label"]), {}).get(language, str(facts["label"]))
    elif kind in _NUMBERED:
        values[kind] = f"“{name}”" if name else f"{_NUMBER[language]}{facts[kind]}"
    return _LINES[kind][language] % values


def alert_path(kind: str, facts: Mapping[str, Any]) -> str:
    """Return the page of the desk on which one can act on an alert."""
    if kind == "label":
        return f"/queue?label={facts['label']}"
    return {"source": "/sources", "report": "/"}.get(kind, "/alerts")


def _shown(value: object, language: str) -> str:
    if isinstance(value, float):
        text = f"{value:.1f}".removesuffix(".0")
        return text if language == "en" else text.replace(".", ",")
    return str(value)
