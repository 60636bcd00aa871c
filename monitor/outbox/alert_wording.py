"""What an alert says, in the languages of screens and messages: numbers and links to the desk, never a name."""

from collections.abc import Mapping
from typing import Any, Final

from classifiers.labels import label_named
from monitor.catalogues import N_, Language

_LINES: Final[Mapping[str, str]] = {
    "cluster": N_(
        "Một nội dung lan nhanh: %(posts)s bài giống nhau trong %(hours)s giờ (nhóm %(cluster)s; "
        "bình thường %(usual)s)."
    ),
    "label": N_("Nhãn “%(label)s” tăng bất thường: %(posts)s bài trong %(hours)s giờ (bình thường %(usual)s)."),
    "search": N_("Tìm kiếm đã lưu %(search)s có thêm %(posts)s bài mới."),
    "source": N_("Nguồn %(source)s đã im lặng %(hours)s giờ (bình thường %(usual)s bài trong thời gian ấy)."),
    "report": N_("Báo cáo %(period)s chưa được lập, dù đã quá hạn."),
    "test": N_("Đây là thông báo thử của KiểmTin: kênh này nhận được cảnh báo."),
}
_NUMBERED: Final = frozenset({"search", "source"})  # kinds whose facts name a row by its number
_NUMBER: Final = N_("số %(number)s")
_TITLE: Final = N_("Cảnh báo của KiểmTin")


def alert_title(language: Language) -> str:
    """Return the title under which alerts are sent."""
    return language.texts.gettext(_TITLE)


def alert_line(kind: str, facts: Mapping[str, Any], language: Language, name: str | None = None) -> str:
    """Return the line of an alert.

    Args:
        kind: What it is about.
        facts: Its counts and numbers.
        language: Of the line, with the texts of screens.
        name: What the screen calls the source, search or cluster; None: its number alone.

    """
    say = language.texts.gettext
    values = {fact: _shown(value, language) for fact, value in facts.items()}
    if kind == "label":
        values["label"] = label_named(str(facts["label"])).title.of(language.code)
    elif kind == "cluster" and name:
        values["cluster"] += f": {name}"
    elif kind in _NUMBERED:
        values[kind] = f"“{name}”" if name else say(_NUMBER) % {"number": facts[kind]}
    return say(_LINES[kind]) % values


def alert_path(kind: str, facts: Mapping[str, Any]) -> str:
    """Return the page of the desk on which one can act on an alert."""
    if kind == "label":
        return f"/queue?label={facts['label']}"
    if kind == "cluster":
        return f"/search?cluster={facts['cluster']}"
    return {"source": "/sources", "report": "/"}.get(kind, "/alerts")


def _shown(value: object, language: Language) -> str:
    if isinstance(value, float):
        text = f"{value:.1f}".removesuffix(".0")
        return text if language.code == "en" else text.replace(".", ",")
    return str(value)
