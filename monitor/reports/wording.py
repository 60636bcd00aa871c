"""Vietnamese wording of the weekly report: labels, states, numbers, dates and changes."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from classifiers.labels import CONCERN, LABEL_NAMES, NEGATIVE, UNVERIFIED, label_named
from monitor.clock import VIETNAM
from monitor.reports.source_problems import DISABLED, FAILED, GAP

STATES: Final[Mapping[str, str]] = {
    "open": "Đang chờ",
    "confirmed": "Đúng, cần xử lý",
    "rejected": "Không phải",
    "unsure": "Chưa rõ",
}
DECISIONS: Final[Mapping[str, str]] = {
    "confirmed": "Đúng, cần xử lý",
    "rejected": "Không phải",
    "unsure": "Chưa rõ",
    "reopened": "Mở lại để xem xét",
}
ROLES: Final[Mapping[str, str]] = {"monitored": "Theo dõi", "reference": "Đối chiếu"}
PROBLEMS: Final[Mapping[str, str]] = {
    FAILED: "Không đọc được",
    GAP: "Có thể bỏ sót bài",
    DISABLED: "Đang tắt",
}
_SHORT: Final[Mapping[str, str]] = {
    UNVERIFIED.name: "Chưa kiểm chứng",
    NEGATIVE.name: "Tiêu cực",
    CONCERN.name: "Bức xúc",
}
_WEEKDAYS: Final = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
MINUS: Final = "\u2212"


def label_name(name: str) -> str:
    """Return a label's full name; a label of a user's own model is shown by its stored name."""
    return capitalised(label_named(name).vietnamese) if name in LABEL_NAMES else name


def label_gloss(name: str) -> str:
    """Return a label's English name."""
    return label_named(name).english if name in LABEL_NAMES else name


def short_label(name: str) -> str:
    """Return a label's short name."""
    return _SHORT.get(name, name)


def number(value: int) -> str:
    """Write a number with points between thousands: 1.234."""
    return f"{value:,}".replace(",", ".").replace("-", MINUS)


def share(value: float | None) -> str:
    """Write a share of 0 to 1 as per cent with a decimal comma: 12,5%; a dash for None."""
    return "–" if value is None else f"{100 * value:.1f}%".replace(".", ",")


def whole(probability: float) -> float:
    """Round a probability to whole per cent, between 1 % and 99 %."""
    # 0 % and 100 % would claim a certainty that no model has.
    return min(0.99, max(0.01, round(probability, 2)))


def chance(probability: float) -> str:
    """Write a probability in whole per cent: 87%."""
    return f"{100 * whole(probability):.0f}%"


def change(value: int) -> str:
    """Write a difference with its sign: +3, −2, 0."""
    return f"+{number(value)}" if value > 0 else number(value)


def day(value: date) -> str:
    """Write a day: 16/11/2026."""
    return f"{value:%d/%m/%Y}"


def short_day(value: date) -> str:
    """Write a day of a year that is known: 16/11."""
    return f"{value:%d/%m}"


def weekday(value: date) -> str:
    """Return the day of the week."""
    return _WEEKDAYS[value.weekday()]


def moment(value: datetime) -> str:
    """Write a time, given as aware UTC, as local time: 09:00 ngày 16/11/2026."""
    local = value.astimezone(VIETNAM)
    return f"{local:%H:%M} ngày {day(local.date())}"


def about(value: datetime, precision: str | None) -> str:
    """Write when a post was published; with "khoảng" where only hour or day is known: khoảng ngày 16/11/2026."""
    if precision == "day":
        return f"khoảng ngày {day(value.astimezone(VIETNAM).date())}"
    return f"{'khoảng' if precision == 'hour' else 'lúc'} {moment(value)}"


def capitalised(text: str) -> str:
    """Make the first letter a capital and leave the rest unchanged."""
    return text[:1].upper() + text[1:]
