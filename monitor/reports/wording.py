"""The language of a report, and its words that stand in several places: labels, states, dates, shares and trends.

The texts in the code are Vietnamese, and the keys of the English catalogue (gettext).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from classifiers.concern_topics import default_topic_rules
from classifiers.labels import label_named
from monitor.catalogues import N_, SOURCE, Language, read_texts
from monitor.clock import VIETNAM
from monitor.reports.comparison import PERIODS_IN_MEAN, Comparison, Trend
from monitor.reports.method import DISABLED, FAILED, GAP
from monitor.reports.periods import CalendarPeriod, Unit
from storage.review.matters import Reach

DOMAIN: Final = "report"
LANGUAGES: Final = (SOURCE, "en")
STATE_NAMES: Final = {
    "open": N_("Đang chờ"),
    "confirmed": N_("Đã xác nhận"),
    "rejected": N_("Không phải"),
    "unsure": N_("Chưa rõ"),
}
MATTER_STATES: Final = {
    "open": N_("Chưa chuyển"),
    "passed": N_("Đã chuyển, chờ trả lời"),
    "answered": N_("Đã có trả lời"),
    "followed_up": N_("Đang theo dõi"),
    "returned": N_("Xuất hiện trở lại"),
    "settled": N_("Đã giải quyết"),
}
FINDINGS: Final = {
    "no_source": N_("Chưa thấy nguồn nào"),
    "refuted": N_("Có nguồn bác bỏ"),
    "borne_out": N_("Có nguồn xác nhận là đúng"),
}
VERDICTS: Final = {
    "false": N_("Sai sự thật"),
    "misleading": N_("Gây hiểu lầm"),
    "unfounded": N_("Không có căn cứ"),
}
CORRECTION_STATES: Final = {
    "released": N_("Đang công bố"),
    "replaced": N_("Đã được thay thế"),
    "withdrawn": N_("Đã thu hồi"),
}
ROLES: Final = {"monitored": N_("Theo dõi"), "reference": N_("Đối chiếu")}
PROBLEMS: Final = {FAILED: N_("Không đọc được"), GAP: N_("Có thể bỏ sót bài"), DISABLED: N_("Đang tắt")}
TRENDS: Final[Mapping[str, str]] = {
    Trend.UP: N_("tăng"),
    Trend.DOWN: N_("giảm"),
    Trend.SAME: N_("không đổi"),
    Trend.UNCLEAR: N_("chưa đủ để kết luận"),
    Trend.UNKNOWN: N_("chưa có số liệu"),
}
_TOPICS: Final = {
    "safety": N_("an toàn lao động"),
    "wages": N_("lương"),
    "insurance": N_("bảo hiểm"),
    "contracts": N_("hợp đồng"),
    "hours": N_("ca kíp"),
    "meals": N_("bữa ăn"),
    "housing": N_("nhà trọ"),
    "childcare": N_("nhà trẻ"),
    "relief": N_("trợ cấp"),
    "other": N_("khác"),
}
_WEEKDAYS: Final = (
    N_("thứ Hai"), N_("thứ Ba"), N_("thứ Tư"), N_("thứ Năm"), N_("thứ Sáu"), N_("thứ Bảy"), N_("Chủ nhật"),
)  # fmt: skip
NOTHING: Final = "–"


@dataclass(frozen=True, slots=True)
class Wording(Language):
    """The texts of a report in one language (`vi`, `en`), with its labels, numbers, dates and trends."""

    def say(self, text: str, /, **values: object) -> str:
        """Translate a text; `%(name)s` in it is replaced by the value of that name."""
        found = self.texts.gettext(text)
        return found % values if values else found

    def counted(self, text: str, count: int, /, **values: object) -> str:
        """Translate a text with a number, `%(count)s`, in the form that the number asks for.

        Vietnamese has one form, so the text stands once in the code.
        """
        return self.texts.ngettext(text, text, count) % {"count": self.number(count), **values}

    def number(self, value: int) -> str:
        """Write a number with marks between thousands: `1.234` in Vietnamese, `1,234` in English."""
        return self._marked(f"{value:,}").replace("-", "\u2212")

    def decimal(self, value: float, places: int = 1) -> str:
        """Write a number with decimals: `2,5` in Vietnamese, `2.5` in English."""
        return self._marked(f"{value:,.{places}f}").replace("-", "\u2212")

    def _marked(self, number: str) -> str:
        return number if self.code == "en" else number.translate(str.maketrans(",.", ".,"))

    def label(self, name: str) -> str:
        """Return a label's full name; a label of a user's own model is shown by its stored name."""
        return label_named(name).title.of(self.code)

    def short_label(self, name: str) -> str:
        """Return a label's short name."""
        return label_named(name).short.of(self.code)

    def name(self, names: Mapping[Any, str], key: str) -> str:
        """Return what a table of this module calls a stored value, such as `STATES`; one that it lacks as it is."""
        return self.say(names[key]) if key in names else key

    def topic(self, name: str) -> str:
        """Return a topic of concerns; one that the office added is shown by the name in its list of words."""
        own = default_topic_rules().screen_names
        return self.say(_TOPICS[name]) if name in _TOPICS else own.get(name, name)

    def joined(self, items: Sequence[str]) -> str:
        """Write a list as a sentence does: a, b và c."""
        *first, last = items
        return f"{', '.join(first)} {self.say('và')} {last}" if first else last

    def tallied(self, counts: Iterable[tuple[str, int]]) -> str:
        """Write counts by name: a (2); b (1)."""
        return "; ".join(f"{name} ({self.number(count)})" for name, count in counts)

    def share(self, value: float | None) -> str:
        """Write a share of 0 to 1 as per cent: 12,5%; a dash for None."""
        return NOTHING if value is None else f"{self.decimal(100 * value)}%"

    def weekday(self, value: date) -> str:
        """Return the day of the week."""
        return self.say(_WEEKDAYS[value.weekday()])

    def moment(self, value: datetime) -> str:
        """Write a time, given as aware UTC, as local time: 09:00 ngày 16/11/2026."""
        local = value.astimezone(VIETNAM)
        return self.say("%(time)s ngày %(day)s", time=f"{local:%H:%M}", day=day(local.date()))

    def about(self, value: datetime, precision: str | None) -> str:
        """Write when a post was published; with "khoảng" where only hour or day is known: khoảng ngày 16/11/2026."""
        if precision == "day":
            return self.say("khoảng ngày %(day)s", day=day(value.astimezone(VIETNAM).date()))
        if precision == "hour":
            return self.say("khoảng %(moment)s", moment=self.moment(value))
        return self.say("lúc %(moment)s", moment=self.moment(value))

    def period(self, period: CalendarPeriod) -> str:
        """Return the name of a period: tuần 47 năm 2026."""
        texts = {
            Unit.WEEK: N_("tuần %(number)s năm %(year)s"),
            Unit.MONTH: N_("tháng %(number)s năm %(year)s"),
            Unit.QUARTER: N_("quý %(number)s năm %(year)s"),
        }
        number = roman(period.number) if period.unit is Unit.QUARTER else period.number
        return self.say(texts[period.unit], number=number, year=period.year)

    def span(self, period: CalendarPeriod) -> str:
        """Return first and last day in words."""
        return self.say("từ ngày %(first)s đến ngày %(last)s", first=day(period.first), last=day(period.last))


def load_wording(code: str) -> Wording:
    """Read the words of a language, one of LANGUAGES."""
    return Wording(code, read_texts(code, DOMAIN))


def trend_words(compared: Comparison, name: str, words: Wording) -> str:
    """Say that a count rose or fell against the four periods before; empty where that cannot be said."""
    if compared.trend_of_mean not in (Trend.UP, Trend.DOWN) or compared.mean is None:
        return ""
    return words.say(
        "Về %(name)s, số lượt xếp loại %(trend)s rõ: kỳ này %(now)s, cả bốn kỳ trước cộng lại %(before)s.",
        name=name,
        trend=words.name(TRENDS, compared.trend_of_mean),
        now=words.number(compared.now.confirmed),
        before=words.number(round(compared.mean * PERIODS_IN_MEAN)),
    )


def reach_words(reach: Reach, words: Wording) -> str:
    """Say how far something went, as far as the counts bear it, and since when."""
    say, number = words.say, words.number
    day = day_of(reach.first_at)
    if reach.posts == 1:
        return say("1 bài ngày %(day)s; chưa ghi nhận đăng lại", day=day)
    if reach.publishers == 1:
        return words.counted("%(count)s bài ở cùng một nguồn, bài đầu tiên ngày %(day)s", reach.posts, day=day)
    text = N_("%(count)s bài ở %(sources)s nguồn, bài đầu tiên ngày %(day)s")
    return words.counted(text, reach.posts, sources=number(reach.publishers), day=day)


def day_of(moment: datetime) -> str:
    """Write the day of a time, given as aware UTC, without its year: 16/11."""
    return f"{moment.astimezone(VIETNAM):%d/%m}"


def day(value: date) -> str:
    """Write a day: 16/11/2026."""
    return f"{value:%d/%m/%Y}"


def roman(number: int) -> str:
    """Write a number from 1 to 39 in Roman numerals."""
    return "X" * (number // 10) + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[number % 10]


def capitalised(text: str) -> str:
    """Make the first letter a capital and leave the rest unchanged."""
    return text[:1].upper() + text[1:]
