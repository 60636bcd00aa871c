"""The annex of a report: quotes, tables with what each shows, and how the figures were made and where they end."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from classifiers.labels import label_named
from monitor.catalogues import N_
from monitor.reports import report_tables
from monitor.reports.blocks import Appendix, Block, Heading, Paragraph, Style, Table, for_paper
from monitor.reports.drawing import Chart, bar
from monitor.reports.figures import SCHEMA, ReportFigures
from monitor.reports.paper import sections
from monitor.reports.quotes import Quote
from monitor.reports.wording import NOTHING, Wording

MOST_SOURCES: Final = 12
_OTHER_COLOURS: Final = ("#6b6b6b", "#a5a5a5", "#cccccc")


def colour_of(label: str, position: int) -> str:
    """Return the colour of a label; labels of a user's own model are coloured by their position among the labels."""
    return label_named(label).chart_colour or _OTHER_COLOURS[position % len(_OTHER_COLOURS)]


def _by_label(figures: ReportFigures, words: Wording, counts: Sequence[tuple[str, Mapping[str, int]]]) -> Chart:
    """Return confirmed flags by row and label as bars."""
    colours = {name: colour_of(name, place) for place, name in enumerate(figures.label_names)}
    highest = max((sum(row.values()) for _, row in counts), default=0)
    number = words.number
    return Chart(
        tuple(bar(name, row, highest, number(sum(row.values())), colours) for name, row in counts),
        tuple((name, colour, words.short_label(name)) for name, colour in colours.items()),
    )


def by_part(figures: ReportFigures, words: Wording) -> Chart:
    """Return the confirmed flags of each day (of a quarter: each week)."""
    return _by_label(figures, words, [(f"{part.first:%d/%m}", part.confirmed) for part in figures.parts])


def by_source(figures: ReportFigures, words: Wording) -> Chart:
    """Return the confirmed flags of each source; those of the sources beyond the first twelve are added up."""
    confirmed = sorted((row for row in figures.sources if row.all_confirmed), key=lambda row: -row.all_confirmed)
    counts = [(row.name, row.confirmed) for row in confirmed[:MOST_SOURCES]]
    if rest := confirmed[MOST_SOURCES:]:
        others = words.counted("Nguồn khác (%(count)s)", len(rest))
        sums = {name: sum(row.confirmed[name] for row in rest) for name in figures.label_names}
        counts.append((others, sums))
    return _by_label(figures, words, counts)


CHARTS: Final[Mapping[str, Callable[[ReportFigures, Wording], Chart]]] = {
    "parts": by_part,
    "sources": by_source,
}
"""The chart that stands with a table, by the name of the table: the same in document, page and notebook."""


_KEPT: Final = ("this_period", "confirmed", "flags", "posts", "previous", "answers")
_LEFT_OUT: Final = {"topics": ("low", "high", "trend"), "claims": ("first_at",)}  # the workbook has them
_TABLES: Final = (
    report_tables.labels,
    report_tables.topics,
    report_tables.places,
    report_tables.claims,
    report_tables.corrections,
    report_tables.posts,
    report_tables.review,
    report_tables.reliability,
    report_tables.parts,
    report_tables.sources,
    report_tables.problems,
)
_MOST_QUOTES: Final = 12
_COUNTING: Final = N_(
    "Bài được tính vào kỳ mà bài được đăng, theo giờ Việt Nam; nếu nền tảng không cho biết ngày đăng thì tính theo "
    "lúc hệ thống thấy lần đầu. Bài đăng từ trước mà nay mới thu thập được ghi riêng là “nhập bù” và tính vào kỳ đã "
    "đăng, nên số liệu của kỳ trước có thể thay đổi khi lập lại."
)
_MACHINE: Final = N_(
    "Máy chỉ gợi ý; cán bộ quyết định. Chỉ gợi ý đã được xác nhận mới được tính; gợi ý đang chờ hoặc chưa rõ được "
    "ghi riêng."
)
_COMPARING: Final = N_(
    "So sánh chỉ ghi “tăng” hoặc “giảm” khi mức chênh lệch vượt quá ngẫu nhiên (kiểm định Poisson, 5%) dù các gợi ý "
    "còn chờ có kết luận thế nào; nếu không thì ghi “chưa đủ để kết luận”. “Có thể từ” và “có thể đến” là khoảng "
    "tin cậy 95% (số đếm theo Poisson, tỷ lệ theo Wilson)."
)
_LIMITS: Final = N_(
    "Hệ thống chỉ đọc nguồn công khai đã đăng ký và được phép đọc; không đọc nhóm kín, tin nhắn riêng hay trang phải "
    "đăng nhập. Số liệu vì vậy không đại diện cho toàn bộ dư luận, và máy có thể bỏ sót."
)
_PRIVACY: Final = N_(
    "Trích dẫn do cán bộ chọn. Dữ liệu cá nhân được che theo quy tắc tự động và phải được đọc lại trước khi gửi; "
    "trang kèm theo liệt kê những chỗ đã che và những chỗ đã xem và để lại. Từ tục được viết tắt. Báo cáo không nêu "
    "tác giả và không dẫn địa chỉ bài. Địa bàn là nơi xảy ra vụ việc, không phải nơi ở của người đăng, nên được nêu "
    "tên cả khi chỉ có một vụ việc."
)


def annex(figures: ReportFigures, words: Wording, title: str) -> tuple[Block, ...]:
    """Return the annex of the report of a title."""
    say = words.say
    blocks: list[Block] = [Appendix(say("Phụ lục"), say("SỐ LIỆU CHI TIẾT"), say("(Kèm theo %(title)s)", title=title))]
    method: list[Block] = [Paragraph(f"- {text}", Style.SMALL) for text in notes(figures, words)]
    parts: list[tuple[str, list[Block]]] = [
        (say("Trích dẫn do cán bộ chọn"), _quotes(figures, words)),
        *((table.heading, _table(table, figures, words)) for table in _tables(figures, words)),
        (say("Cách làm và giới hạn"), method),
    ]
    for number, (heading, of_part) in enumerate(parts, start=1):
        blocks += [Heading(f"{number}. {heading}", 2), *of_part]
    return tuple(blocks)


def _tables(figures: ReportFigures, words: Wording) -> Iterator[Table]:
    """Return the tables of the annex: an empty one stands only where its emptiness says something."""
    for make in _TABLES:
        table = make(figures, words)
        if table.rows or table.name == "problems":
            yield table


def _table(table: Table, figures: ReportFigures, words: Wording) -> list[Block]:
    """Return what a table shows, its chart, and the table without its empty columns."""
    if not table.rows:
        return [Paragraph(table.empty, Style.SMALL)]
    blocks: list[Block] = [Paragraph(table.shows, Style.LEAD)]
    if table.name in CHARTS and (chart := CHARTS[table.name](figures, words)).strips:
        blocks.append(replace(chart, description=table.heading))
    return [*blocks, for_paper(table, _KEPT, _LEFT_OUT.get(table.name, ()))]


def _quotes(figures: ReportFigures, words: Wording) -> list[Block]:
    """Quote what people chose. A number names a quote in the list of masks."""
    say = words.say
    labels = {label.name for label, section in sections() if section.quotes}
    quoted = [(number, quote) for number, quote in enumerate(figures.quotes, start=1) if quote.label in labels]
    blocks: list[Block] = []
    for number, quote in quoted[:_MOST_QUOTES]:
        gone = say("(nền tảng không còn bài này nên không trích lại)")
        text = gone if quote.text is None else f"“{quote.text or say('(không có chữ)')}”"
        blocks.append(Paragraph(f"({number}) {text}", Style.QUOTE))
        blocks.append(Paragraph(_where(quote, words), Style.SMALL))
    if rest := len(quoted[_MOST_QUOTES:]):
        text = words.counted("Còn %(count)s lời trích trong bảng tính kèm theo.", rest)
        blocks.append(Paragraph(text, Style.SMALL))
    return blocks or [Paragraph(say("Chưa có bài nào được chọn để trích dẫn."), Style.SMALL)]


def _where(quote: Quote, words: Wording) -> str:
    """Return the line below a quote: where and when."""
    say, moment = words.say, words.about(quote.at, quote.precision)
    parts = [
        say("Nguồn: %(source)s", source=quote.source or NOTHING),
        say("đăng %(when)s", when=moment) if quote.at_is_published else say("thấy lần đầu %(when)s", when=moment),
        words.counted("%(count)s bài khác giống bài này", quote.copies) if quote.copies else "",
        say("bài đã được sửa sau đó") if quote.edited else "",
    ]
    return "; ".join(filter(None, parts))


def notes(figures: ReportFigures, words: Wording) -> tuple[str, ...]:
    """Return the notes on method and limits."""
    return tuple(_notes(figures, words))


def _notes(figures: ReportFigures, words: Wording) -> Iterator[str]:
    say, method = words.say, figures.method
    made = say(
        "Lập lúc %(moment)s; phiên bản số liệu %(schema)s.", moment=words.moment(method.generated_at), schema=SCHEMA
    )
    partial = say("Kỳ báo cáo chưa kết thúc: số liệu chỉ tính đến thời điểm này.")
    yield made if method.complete else f"{made} {partial}"
    yield say(_COUNTING)
    models = say("Mô hình: %(models)s.", models="; ".join(method.models))
    yield f"{say(_MACHINE)} {models if method.models else say('Chưa có mô hình nào được dùng.')}"
    yield say(_COMPARING)
    yield say(_LIMITS)
    yield from (note for _, section in sections() if (note := section.note.of(words.code)))
    yield _unscored(figures, words)
    yield say(_PRIVACY)


def _unscored(figures: ReportFigures, words: Wording) -> str:
    if figures.method.unscored:
        text = N_("Còn %(count)s bài của kỳ chưa được máy đọc lúc lập báo cáo; các bài đó chưa có trong số gợi ý.")
        return words.counted(text, figures.method.unscored)
    if figures.method.models:
        return words.say("Mọi bài của kỳ đã được máy đọc.")
    return words.say("Chưa có mô hình nào đọc bài.")
