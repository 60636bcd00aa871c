"""The tables of a report: each column says what it shows of a row. All formats draw these."""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, Final

from monitor.catalogues import N_
from monitor.reports import wording
from monitor.reports.blocks import Cell, CellType, Column, Key, Table, filled, numbered
from monitor.reports.comparison import PERIODS_IN_MEAN
from monitor.reports.figures import STATES, ReportFigures
from monitor.reports.method import share_interval
from monitor.reports.periods import Unit
from monitor.reports.quotes import Quote
from monitor.reports.wording import Wording
from storage.figures.report_counts import BANDS
from storage.review import matters

TEXT, SHARE, DECIMAL, DAY, MOMENT = (
    CellType.TEXT, CellType.SHARE, CellType.DECIMAL, CellType.DAY, CellType.MOMENT,
)  # fmt: skip
_NO_CASE: Final = N_("Trong kỳ chưa có vụ việc nào về bức xúc của người lao động được xác nhận.")


def posts(figures: ReportFigures, words: Wording) -> Table:
    """Return the posts of the period, told apart by when they came in."""
    say, now = words.say, figures.posts
    read = [one.posts for one in figures.earlier if one.posts]
    mean = sum(read) / PERIODS_IN_MEAN if len(read) == PERIODS_IN_MEAN else None
    older = say("Bài nhập bù: thu thập trong kỳ, đăng từ trước (tính vào kỳ đã đăng)")
    return Table(
        name="posts",
        heading=say("Số bài"),
        shows=say("Bao nhiêu bài đã đọc, và đọc vào lúc nào."),
        columns=(
            Column("measure", say("Chỉ tiêu"), TEXT, 52),
            Column("this_period", say("Kỳ này")),
            Column("previous_period", say("Kỳ trước")),
            Column("mean", say("Trung bình bốn kỳ"), DECIMAL),
        ),
        rows=(
            (Key("monitored", say("Bài theo dõi đăng trong kỳ")), now.monitored, figures.previous.posts, mean),
            (Key("found_later", say("– trong đó tìm thấy sau khi kỳ kết thúc")), now.found_later, None, None),
            (Key("reference", say("Bài đối chiếu đăng trong kỳ")), now.reference, None, None),
            (Key("older", older), now.older, None, None),
            (Key("flagged", say("Bài được máy gợi ý xem xét")), now.flagged, None, None),
            (Key("unsure", say("Bài máy chưa đủ chắc để gợi ý")), now.unsure, None, None),
        ),
    )


def labels(figures: ReportFigures, words: Wording) -> Table:
    """Return the confirmed flags of each label beside the periods before."""
    say = words.say
    return filled(
        "labels",
        say("Số đã xác nhận, so với kỳ trước và trung bình bốn kỳ"),
        (
            _label(words),
            Column("confirmed", say("Kỳ này"), value=lambda row: row.comparison.now.confirmed),
            *_compared(words),
            Column("waiting", say("Còn chờ"), value=lambda row: row.comparison.now.pending),
        ),
        figures.labels,
        shows=say("Số bài mà cán bộ xác nhận ở mỗi nhãn; số nhỏ dao động nhiều do ngẫu nhiên."),
    )


def grievances(figures: ReportFigures, words: Wording) -> Table:
    """Return every grievance of the period."""
    say = words.say
    return filled(
        "grievances",
        say("Các vụ việc trong kỳ"),
        (
            Column("number", say("Số"), width=6),
            Column("sentence", say("Tóm tắt"), TEXT, 60),
            Column("topic", say("Chủ đề"), TEXT, 16, lambda row: Key(row.topic, words.topic(row.topic))),
            _place(words),
            *_reach(words),
            _named("state", say("Tình trạng"), 24, wording.MATTER_STATES, words),
            Column("passed_to", say("Đã chuyển đến"), TEXT, 40),
        ),
        figures.concerns.listed,
        shows=say("Mỗi dòng là một vụ việc cùng các bài giống nó, vụ việc nhiều bài nhất đứng trước."),
        empty=say(_NO_CASE),
    )


def claims(figures: ReportFigures, words: Wording) -> Table:
    """Return the rumours that most posts tell."""
    say = words.say
    return numbered(
        filled(
            "claims",
            say("Thông tin chưa kiểm chứng được nhắc đến nhiều nhất"),
            (
                Column("sentence", say("Tóm tắt"), TEXT, 40),
                *_reach(words),
                _named("verdict", say("Kết luận"), 26, wording.FINDINGS, words),
                Column("evidence", say("Nguồn đối chiếu"), TEXT, 34, lambda claim: "; ".join(claim.evidence)),
                Column("answers", say("Đính chính đã công bố"), value=lambda claim: claim.answers.published),
            ),
            figures.claims.listed,
            shows=say("Mỗi dòng là một nội dung cùng các bài giống nó, nội dung nhiều bài nhất đứng trước."),
            empty=say("Trong kỳ không có thông tin chưa kiểm chứng nào được xác nhận."),
        ),
        words,
    )


def corrections(figures: ReportFigures, words: Wording) -> Table:
    """Return the corrections that were published in the period, with what became of them."""
    say = words.say
    return filled(
        "corrections",
        say("Đính chính đã công bố trong kỳ"),
        (
            Column("number", say("Số"), width=6),
            Column("at", say("Thời gian"), MOMENT, 18),
            Column("claim", say("Điều được nói"), TEXT, 60),
            _named("verdict", say("Kết luận"), 18, wording.VERDICTS, words),
            _named("state", say("Tình trạng"), 18, wording.CORRECTION_STATES, words),
        ),
        figures.claims.corrections,
        shows=say("Lời đính chính đã lên trang công bố trong kỳ, mỗi lời có dẫn nguồn."),
        empty=say("Trong kỳ chưa công bố lời đính chính nào."),
    )


def topics(figures: ReportFigures, words: Wording) -> Table:
    """Return the grievances of each topic: what became of them, to whom they were passed on, and the periods before."""
    say = words.say
    return filled(
        "topics",
        say("Bức xúc theo chủ đề"),
        (
            Column("topic", say("Chủ đề"), TEXT, 16, lambda row: Key(row.topic, words.topic(row.topic))),
            Column("matters", say("Kỳ này")),
            *_by_state(matters.STATES, wording.MATTER_STATES, words),
            Column("passed_to", say("Đã chuyển đến"), TEXT, 34, lambda row: words.tallied(row.passed_to)),
            *_compared(words),
        ),
        figures.concerns.topics,
        shows=say("Các vụ việc của mỗi chủ đề đang ở bước nào, đã chuyển đến đâu, bên cạnh kỳ trước và bốn kỳ trước."),
        empty=say(_NO_CASE),
    )


def places(figures: ReportFigures, words: Wording) -> Table:
    """Return what the grievances of each place are about, and what became of them."""
    say = words.say

    def told(row: Any) -> str:
        return words.tallied((words.topic(name), number) for name, number in row.topics.items())

    return filled(
        "places",
        say("Bức xúc theo địa bàn"),
        (
            _place(words),
            Column("matters", say("Số vụ việc")),
            *_by_state(matters.STATES, wording.MATTER_STATES, words),
            Column("topics", say("Chủ đề"), TEXT, 40, told),
        ),
        figures.concerns.places,
        shows=say("Các vụ việc theo xã, phường hoặc tỉnh mà cán bộ ghi, theo tên hiện nay."),
        empty=say(_NO_CASE),
    )


def parts(figures: ReportFigures, words: Wording) -> Table:
    """Return posts and confirmed flags of the days of a week or month, or of the weeks of a quarter."""
    say, by_week = words.say, figures.period.unit is Unit.QUARTER
    first = say("Tuần bắt đầu từ ngày") if by_week else say("Ngày đăng")
    return filled(
        "parts",
        say("Theo tuần") if by_week else say("Theo ngày"),
        (
            Column("first_day", first, DAY, 24, lambda row: row.first),
            Column("posts", say("Bài theo dõi")),
            *_by_label(figures, words),
        ),
        figures.parts,
        shows=say("Bài theo dõi và bài đã xác nhận theo ngày đăng."),
    )


def sources(figures: ReportFigures, words: Wording) -> Table:
    """Return posts and confirmed flags of each source, also of sources without posts."""
    say = words.say
    return filled(
        "sources",
        say("Theo nguồn"),
        (
            Column("source", say("Nguồn"), TEXT, 34, lambda row: row.name),
            _named("role", say("Vai trò"), 22, wording.ROLES, words),
            Column("posts", say("Bài trong kỳ")),
            Column("older", say("Nhập bù")),
            *_by_label(figures, words),
        ),
        figures.sources,
        shows=say("Bài và bài đã xác nhận của mỗi nguồn; nguồn không có bài cũng đứng trong bảng."),
        empty=say("Trong kỳ chưa có nguồn nào được đăng ký."),
    )


def quotes(figures: ReportFigures, words: Wording) -> Table:
    """Return the quoted posts."""
    say = words.say
    gone = say("(nền tảng không còn bài này nên không trích lại)")

    def text(quote: Quote) -> str:
        return gone if quote.text is None else quote.text

    return numbered(
        filled(
            "quotes",
            say("Trích dẫn đã chọn"),
            (
                Column("label", say("Nhãn"), TEXT, 20, lambda quote: Key(quote.label, words.short_label(quote.label))),
                Column("text", say("Lời trích (đã che thông tin cá nhân)"), TEXT, 64, text),
                Column("source", say("Nguồn"), TEXT, 24),
                Column("at", say("Thời gian"), MOMENT, 18),
                Column("copies", say("Bài giống")),
                Column("remarks", say("Lưu ý"), TEXT, 34, lambda quote: remarks(quote, words)),
            ),
            figures.quotes,
            empty=say("Chưa có bài nào được chọn để trích dẫn."),
        ),
        words,
    )


def remarks(quote: Quote, words: Wording) -> str:
    """Return what a reader must know of the time and the text of a quote."""
    say = words.say
    about = {"hour": say("giờ đăng chỉ là khoảng chừng"), "day": say("chỉ biết khoảng ngày đăng")}
    told = [
        "" if quote.at_is_published else say("thời gian là lúc thấy lần đầu"),
        about.get(quote.precision or "", ""),
        say("bài đã được sửa sau đó") if quote.edited else "",
    ]
    return "; ".join(filter(None, told))


def review(figures: ReportFigures, words: Wording) -> Table:
    """Return the flags of each label by state, and how far people agreed with the machine, with Wilson's interval."""
    say = words.say
    return filled(
        "review",
        say("Gợi ý của máy và kết quả xem xét"),
        (
            _label(words),
            Column("flags", say("Tổng số gợi ý"), value=lambda row: row.total),
            *_by_state(STATES, wording.STATE_NAMES, words),
            *_precision(words, lambda row: (row.states["confirmed"], row.reviewed)),
        ),
        figures.labels,
        shows=say("Máy gợi ý bao nhiêu bài, cán bộ kết luận thế nào, và máy đúng đến đâu; bài chờ không tính là đúng."),
    )


def reliability(figures: ReportFigures, words: Wording) -> Table:
    """Return how many flags of each probability people confirmed: what a probability is worth."""
    say = words.say
    return filled(
        "reliability",
        say("Xác suất của máy và kết luận của cán bộ"),
        (
            Column("label", say("Nhãn"), TEXT, 20, lambda row: Key(row.label, words.short_label(row.label))),
            Column("probability_from", say("Xác suất từ"), SHARE, value=lambda row: row.band / BANDS),
            Column("probability_to", say("Xác suất đến"), SHARE, value=lambda row: (row.band + 1) / BANDS),
            Column("probability", say("Xác suất trung bình"), SHARE),
            Column("concluded", say("Đã kết luận")),
            Column("confirmed", say("Đã xác nhận")),
            *_precision(words, lambda row: (row.confirmed, row.concluded)),
        ),
        figures.reliability,
        shows=say("Trong các gợi ý ở mỗi mức xác suất, cán bộ xác nhận bao nhiêu: máy nói chắc có đúng là chắc không."),
        empty=say("Chưa có gợi ý nào được kết luận."),
    )


def problems(figures: ReportFigures, words: Wording) -> Table:
    """Return what could not be read."""
    say = words.say
    return filled(
        "problems",
        say("Nguồn chưa đọc được đầy đủ"),
        (
            Column("source", say("Nguồn"), TEXT, 34),
            _named("problem", say("Tình trạng"), 20, wording.PROBLEMS, words),
            Column("times", say("Số lần"), value=lambda row: row.times or None),
            Column("last_at", say("Lần gần nhất"), MOMENT, 24),
            Column("message", say("Máy ghi lại"), TEXT, 70),
        ),
        figures.source_problems,
        shows=say("Nguồn nào không đọc được, bao nhiêu lần, và máy ghi lại điều gì."),
        empty=say("Không ghi nhận nguồn nào gặp trục trặc trong kỳ."),
    )


def _label(words: Wording) -> Column:
    return Column("label", words.say("Nhãn"), TEXT, 34, lambda row: Key(row.label, words.label(row.label)))


def _place(words: Wording) -> Column:
    unknown = words.say("Chưa rõ nơi")
    heading = words.say("Địa bàn (tên hiện nay)")
    return Column("place", heading, TEXT, 44, lambda row: Key(row.place, row.place or unknown))


def _named(  # noqa: PLR0917  as a column is written
    name: str, heading: str, width: int, names: Mapping[str, str], words: Wording, place: str = ""
) -> Column:
    """Return a column of stored values by what `names` calls them; `place` is the attribute where it is not `name`."""
    stored = attrgetter(place or name)
    return Column(name, heading, TEXT, width, lambda row: Key(stored(row), words.name(names, stored(row))))


def _reach(words: Wording) -> tuple[Column, ...]:
    return (
        Column("posts", words.say("Số bài"), value=lambda row: row.reach.posts),
        Column("publishers", words.say("Số nguồn"), value=lambda row: row.reach.publishers),
        Column("first_at", words.say("Bài đầu tiên"), MOMENT, 24, lambda row: row.reach.first_at),
    )


def _by_state(states: Iterable[str], names: Mapping[str, str], words: Wording) -> tuple[Column, ...]:
    return tuple(Column(state, words.name(names, state), value=_count("states", state)) for state in states)


def _by_label(figures: ReportFigures, words: Wording) -> tuple[Column, ...]:
    """Return a column for the confirmed flags of each label, and one for those that wait."""
    names = figures.label_names
    return (
        *(Column(name, words.short_label(name), width=17, value=_count("confirmed", name)) for name in names),
        Column("waiting", words.say("Còn chờ"), value=lambda row: row.pending),
    )


def _count(counts: str, key: str) -> Callable[[Any], Cell]:
    return lambda row: getattr(row, counts)[key]


def _precision(words: Wording, counted: Callable[[Any], tuple[int, int]]) -> tuple[Column, ...]:
    """Return the columns of a share and its interval; empty cells where nothing was concluded."""

    def share(row: Any) -> float | None:
        right, concluded = counted(row)
        return right / concluded if concluded else None

    def end(number: int) -> Callable[[Any], Cell]:
        return lambda row: share_interval(*counted(row))[number] if counted(row)[1] else None

    return (
        Column("precision", words.say("Tỷ lệ gợi ý đúng"), SHARE, value=share),
        Column("low", words.say("Có thể từ"), SHARE, value=end(0)),
        Column("high", words.say("Có thể đến"), SHARE, value=end(1)),
    )


def _compared(words: Wording) -> tuple[Column, ...]:
    """Return the columns beside a count: its interval, the period before, the mean of four, and what can be said."""
    say = words.say
    return (
        Column("low", say("Có thể từ"), DECIMAL, 9, lambda row: row.comparison.low),
        Column("high", say("Có thể đến"), DECIMAL, 9, lambda row: row.comparison.high),
        Column("previous", say("Kỳ trước"), value=lambda row: getattr(row.comparison.previous, "confirmed", None)),
        _named("trend", say("So với kỳ trước"), 22, wording.TRENDS, words, "comparison.trend"),
        Column("mean", say("Trung bình bốn kỳ"), DECIMAL, value=lambda row: row.comparison.mean),
        _named("trend_of_mean", say("So với trung bình"), 22, wording.TRENDS, words, "comparison.trend_of_mean"),
    )


TABLES: Final = (
    (N_("Số bài"), posts),
    (N_("So sánh"), labels),
    (N_("Vụ việc"), grievances),
    (N_("Nội dung lan truyền"), claims),
    (N_("Đính chính"), corrections),
    (N_("Bức xúc theo chủ đề"), topics),
    (N_("Bức xúc theo địa bàn"), places),
    (N_("Theo ngày"), parts),
    (N_("Theo nguồn"), sources),
    (N_("Trích dẫn"), quotes),
    (N_("Xem xét"), review),
    (N_("Xác suất"), reliability),
    (N_("Chưa đọc được"), problems),
)
"""The tables of a report with the names of their sheets; files of rows hold the same ones."""
