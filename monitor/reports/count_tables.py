"""The tables of counts: posts, flags by label, part of the period and source, decisions, and what was not read."""

from collections.abc import Sequence

from monitor.reports.comparison import PERIODS_IN_MEAN
from monitor.reports.figures import LabelFigures, ReportFigures
from monitor.reports.method import share_interval
from monitor.reports.periods import Unit
from monitor.reports.tables import Cell, CellType, Column, Key, Table, compared_cells, compared_columns
from monitor.reports.wording import PROBLEMS, ROLES, STATES, Wording
from storage.figures.report_counts import BANDS

STATES_IN_ORDER = ("confirmed", "rejected", "open", "unsure")
TEXT, SHARE, DECIMAL = CellType.TEXT, CellType.SHARE, CellType.DECIMAL


def posts(figures: ReportFigures, words: Wording) -> Table:
    """Return the posts of the period, told apart by when they came in."""
    say, now = words.language.say, figures.posts
    read = [one.posts for one in figures.earlier if one.posts]
    mean = sum(read) / PERIODS_IN_MEAN if len(read) == PERIODS_IN_MEAN else None
    lines: Sequence[tuple[str, str, int, int | None]] = (
        ("monitored", say("Bài theo dõi đăng trong kỳ"), now.monitored, figures.previous.posts),
        ("found_later", say("– trong đó tìm thấy sau khi kỳ kết thúc"), now.found_later, None),
        ("reference", say("Bài đối chiếu đăng trong kỳ"), now.reference, None),
        ("older", say("Bài nhập bù: thu thập trong kỳ, đăng từ trước (tính vào kỳ đã đăng)"), now.older, None),
        ("flagged", say("Bài được máy gợi ý xem xét"), now.flagged, None),
        ("unsure", say("Bài máy chưa đủ chắc để gợi ý"), now.unsure, None),
    )
    return Table(
        name="posts",
        heading=say("Số bài"),
        shows=say("Bao nhiêu bài đã đọc, và đọc vào lúc nào."),
        columns=(
            Column("measure", say("Chỉ tiêu"), TEXT, 52),
            Column("this_period", words.this_period(figures.period.unit)),
            Column("previous_period", words.previous_period(figures.period.unit)),
            Column("mean", say("Trung bình bốn kỳ"), DECIMAL),
        ),
        rows=tuple(
            (Key(name, text), count, before, mean if name == "monitored" else None)
            for name, text, count, before in lines
        ),
    )


def labels(figures: ReportFigures, words: Wording) -> Table:
    """Return the confirmed flags of each label beside the periods before."""
    say, unit = words.language.say, figures.period.unit
    return Table(
        name="labels",
        heading=say("Số đã xác nhận, so với kỳ trước và trung bình bốn kỳ"),
        shows=say("Số bài mà cán bộ xác nhận ở mỗi nhãn; số nhỏ dao động nhiều do ngẫu nhiên."),
        columns=(
            Column("label", say("Nhãn"), TEXT, 34),
            Column("confirmed", words.this_period(unit)),
            *compared_columns(words, unit),
            Column("waiting", say("Còn chờ")),
        ),
        rows=tuple(_label_row(row, words) for row in figures.labels),
    )


def _label_row(row: LabelFigures, words: Wording) -> tuple[Cell, ...]:
    now, compared = row.comparison.now, compared_cells(row.comparison, words)
    return (Key(row.label, words.label(row.label)), now.confirmed, *compared, now.pending)


def review(figures: ReportFigures, words: Wording) -> Table:
    """Return the flags of each label by state, and how far people agreed with the machine, with Wilson's interval."""
    say = words.language.say
    rows = []
    for row in figures.labels:
        right, (low, high) = row.states["confirmed"], share_interval(row.states["confirmed"], row.reviewed)
        shares = (right / row.reviewed, low, high) if row.reviewed else (None, None, None)
        counts = (row.states[state] for state in STATES_IN_ORDER)
        rows.append((Key(row.label, words.label(row.label)), row.total, *counts, *shares))
    return Table(
        name="review",
        heading=say("Gợi ý của máy và kết quả xem xét"),
        shows=say("Máy gợi ý bao nhiêu bài, cán bộ kết luận thế nào, và máy đúng đến đâu; bài chờ không tính là đúng."),
        columns=(
            Column("label", say("Nhãn"), TEXT, 34),
            Column("flags", say("Tổng số gợi ý")),
            *(Column(state, words.name(STATES, state)) for state in STATES_IN_ORDER),
            Column("precision", say("Tỷ lệ gợi ý đúng"), SHARE),
            Column("low", say("95%: từ"), SHARE),
            Column("high", say("95%: đến"), SHARE),
        ),
        rows=tuple(rows),
    )


def reliability(figures: ReportFigures, words: Wording) -> Table:
    """Return how many flags of each probability people confirmed: what a probability is worth."""
    say = words.language.say
    rows = []
    for row in figures.reliability:
        low, high = share_interval(row.confirmed, row.concluded)
        share = row.confirmed / row.concluded
        edges = (row.band / BANDS, (row.band + 1) / BANDS)
        label = Key(row.label, words.short_label(row.label))
        rows.append((label, *edges, row.probability, row.concluded, row.confirmed, share, low, high))
    return Table(
        name="reliability",
        heading=say("Xác suất của máy và kết luận của cán bộ"),
        shows=say(
            "Máy nói chắc có đúng là chắc không: vạch đậm là tỷ lệ cán bộ xác nhận, dải nhạt là khoảng tin cậy 95%, "
            "vạch xám là xác suất mà máy nói."
        ),
        columns=(
            Column("label", say("Nhãn"), TEXT, 20),
            Column("probability_from", say("Xác suất từ"), SHARE),
            Column("probability_to", say("Xác suất đến"), SHARE),
            Column("probability", say("Xác suất trung bình"), SHARE),
            Column("concluded", say("Đã kết luận")),
            Column("confirmed", say("Đã xác nhận")),
            Column("precision", say("Tỷ lệ gợi ý đúng"), SHARE),
            Column("low", say("95%: từ"), SHARE),
            Column("high", say("95%: đến"), SHARE),
        ),
        rows=tuple(rows),
        empty=say("Chưa có gợi ý nào được kết luận."),
    )


def parts(figures: ReportFigures, words: Wording) -> Table:
    """Return posts and confirmed flags of the days of a week or month, or of the weeks of a quarter."""
    say, names = words.language.say, figures.label_names
    by_week = figures.period.unit is Unit.QUARTER
    return Table(
        name="parts",
        heading=say("Theo tuần") if by_week else say("Theo ngày"),
        shows=say("Bài theo dõi và bài đã xác nhận theo ngày đăng."),
        columns=(
            Column("first_day", say("Tuần bắt đầu từ ngày") if by_week else say("Ngày đăng"), CellType.DAY, 24),
            Column("posts", say("Bài theo dõi")),
            *_label_columns(names, words),
            Column("waiting", say("Còn chờ")),
        ),
        rows=tuple(
            (row.first, row.posts, *(row.confirmed[name] for name in names), row.pending) for row in figures.parts
        ),
    )


def sources(figures: ReportFigures, words: Wording) -> Table:
    """Return posts and confirmed flags of each source, also of sources without posts."""
    say, names = words.language.say, figures.label_names
    return Table(
        name="sources",
        heading=say("Theo nguồn"),
        shows=say("Bài và bài đã xác nhận của mỗi nguồn; nguồn không có bài cũng đứng trong bảng."),
        columns=(
            Column("source", say("Nguồn"), TEXT, 34),
            Column("role", say("Vai trò"), TEXT, 22),
            Column("posts", say("Bài trong kỳ")),
            Column("older", say("Nhập bù")),
            *_label_columns(names, words),
            Column("waiting", say("Còn chờ")),
        ),
        rows=tuple(
            (
                row.name,
                Key(row.role, words.name(ROLES, row.role)),
                row.posts,
                row.older,
                *(row.confirmed[name] for name in names),
                row.pending,
            )
            for row in figures.sources
        ),
        empty=say("Chưa có nguồn nào được đăng ký."),
    )


def problems(figures: ReportFigures, words: Wording) -> Table:
    """Return what could not be read."""
    say = words.language.say
    return Table(
        name="problems",
        heading=say("Nguồn chưa đọc được đầy đủ"),
        shows=say("Nguồn nào không đọc được, bao nhiêu lần, và máy ghi lại điều gì."),
        columns=(
            Column("source", say("Nguồn"), TEXT, 34),
            Column("problem", say("Tình trạng"), TEXT, 20),
            Column("times", say("Số lần")),
            Column("last_at", say("Lần gần nhất"), CellType.MOMENT, 24),
            Column("message", say("Máy ghi lại"), TEXT, 70),
        ),
        rows=tuple(
            (
                row.source,
                Key(row.problem, words.name(PROBLEMS, row.problem)),
                row.times or None,
                row.last_at,
                row.message,
            )
            for row in figures.source_problems
        ),
        empty=say("Không ghi nhận nguồn nào gặp trục trặc trong kỳ."),
    )


def _label_columns(names: Sequence[str], words: Wording) -> tuple[Column, ...]:
    return tuple(Column(name, words.short_label(name), width=17) for name in names)
