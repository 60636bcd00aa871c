"""The tables of what was said: claims, concerns by topic and place, and the quotes that people chose."""

from monitor.reports.concerns import CASE_STATES, ELSEWHERE
from monitor.reports.figures import ReportFigures
from monitor.reports.quotes import Quote
from monitor.reports.tables import CellType, Column, Key, Table, compared_cells, compared_columns
from monitor.reports.wording import CASE_STATE_NAMES, CORRECTION_STATES, NOTHING, VERDICTS, Wording

TEXT, MOMENT = CellType.TEXT, CellType.MOMENT


def claims(figures: ReportFigures, words: Wording) -> Table:
    """Return the confirmed claims that most posts say."""
    say = words.language.say
    return Table(
        name="claims",
        heading=say("Thông tin chưa kiểm chứng được nhắc đến nhiều nhất"),
        shows=say("Mỗi dòng là một nội dung cùng các bài giống nó, nội dung nhiều bài nhất đứng trước."),
        columns=(
            Column("number", say("STT"), width=6),
            Column("summary", say("Tóm tắt"), TEXT, 40),
            Column("posts", say("Số bài")),
            Column("sources", say("Số nguồn")),
            Column("first_at", say("Bài đầu tiên"), MOMENT, 24),
            Column("finding", say("Kết luận"), TEXT, 26),
            Column("evidence", say("Nguồn đối chiếu"), TEXT, 34),
            Column("answers", say("Đính chính đã công bố")),
        ),
        rows=tuple(
            (
                number,
                row.summary or None,
                *row.spread,
                Key("refuted", say("Có nguồn bác bỏ")) if row.refuted else Key("no_source", say("Chưa thấy nguồn nào")),
                "; ".join(row.evidence) or None,
                row.answered,
            )
            for number, row in enumerate(figures.claims.listed, start=1)
        ),
        empty=say("Trong kỳ không có thông tin chưa kiểm chứng nào được xác nhận."),
    )


def cases(figures: ReportFigures, words: Wording) -> Table:
    """Return every case of the period."""
    say = words.language.say
    return Table(
        name="cases",
        heading=say("Các vụ việc trong kỳ"),
        shows=say("Mỗi dòng là một vụ việc cùng các bài giống nó, vụ việc nhiều bài nhất đứng trước."),
        columns=(
            Column("number", say("Số"), width=6),
            Column("summary", say("Tóm tắt"), TEXT, 60),
            Column("topic", say("Chủ đề"), TEXT, 16),
            Column("place", say("Địa bàn (tên hiện nay)"), TEXT, 44),
            Column("posts", say("Số bài")),
            Column("sources", say("Số nguồn")),
            Column("first_at", say("Bài đầu tiên"), MOMENT, 24),
            Column("state", say("Tình trạng"), TEXT, 24),
            Column("passed_to", say("Đã chuyển đến"), TEXT, 40),
        ),
        rows=tuple(
            (
                case.number,
                case.summary or None,
                Key(case.topic, words.topic(case.topic)),
                _place(case.place, words),
                *case.spread,
                Key(case.state, words.name(CASE_STATE_NAMES, case.state)),
                case.passed_to or None,
            )
            for case in figures.concerns.listed
        ),
        empty=_no_case(words),
    )


def corrections(figures: ReportFigures, words: Wording) -> Table:
    """Return the corrections that were released in the period: whether they are published is told elsewhere."""
    say = words.language.say
    return Table(
        name="corrections",
        heading=say("Đính chính đã công bố trong kỳ"),
        shows=say("Lời đính chính đã lên trang công bố trong kỳ, mỗi lời có dẫn nguồn."),
        columns=(
            Column("number", say("Số"), width=6),
            Column("at", say("Thời gian"), MOMENT, 18),
            Column("claim", say("Điều được nói"), TEXT, 60),
            Column("verdict", say("Kết luận"), TEXT, 18),
            Column("state", say("Tình trạng"), TEXT, 18),
        ),
        rows=tuple(
            (
                row.number,
                row.at,
                row.claim,
                Key(row.verdict, words.name(VERDICTS, row.verdict)),
                Key(row.state, words.name(CORRECTION_STATES, row.state)),
            )
            for row in figures.claims.corrections
        ),
        empty=say("Trong kỳ chưa công bố lời đính chính nào."),
    )


def topics(figures: ReportFigures, words: Wording) -> Table:
    """Return the cases of each topic: what became of them, to whom they were passed on, and the periods before."""
    say, unit = words.language.say, figures.period.unit
    return Table(
        name="topics",
        heading=say("Bức xúc theo chủ đề"),
        shows=say("Các vụ việc của mỗi chủ đề đang ở bước nào, đã chuyển đến đâu, bên cạnh kỳ trước và bốn kỳ trước."),
        columns=(
            Column("topic", say("Chủ đề"), TEXT, 16),
            Column("cases", words.this_period(unit)),
            *_state_columns(words),
            Column("passed_to", say("Đã chuyển đến"), TEXT, 34),
            *compared_columns(words, unit),
        ),
        rows=tuple(
            (
                Key(row.topic, words.topic(row.topic)),
                row.cases,
                *(row.states[state] for state in CASE_STATES),
                "; ".join(f"{name} ({words.language.number(cases)})" for name, cases in row.passed_to) or None,
                *compared_cells(row.comparison, words),
            )
            for row in figures.concerns.topics
        ),
        empty=_no_case(words),
    )


def places(figures: ReportFigures, words: Wording) -> Table:
    """Return what the cases of each place are about, and what became of them."""
    say = words.language.say
    return Table(
        name="places",
        heading=say("Bức xúc theo địa bàn"),
        shows=say("Các vụ việc theo xã, phường hoặc tỉnh mà cán bộ ghi, theo tên hiện nay."),
        columns=(
            Column("place", say("Địa bàn (tên hiện nay)"), TEXT, 44),
            Column("cases", say("Số vụ việc")),
            *_state_columns(words),
            Column("topics", say("Chủ đề"), TEXT, 40),
        ),
        rows=tuple(
            (
                _place(row.place, words),
                row.cases,
                *(row.states[state] for state in CASE_STATES),
                "; ".join(
                    f"{words.topic(name)} ({words.language.number(count)})" for name, count in row.topics.items()
                ),
            )
            for row in figures.concerns.places
        ),
        empty=_no_case(words),
    )


def _state_columns(words: Wording) -> tuple[Column, ...]:
    return tuple(Column(state, words.name(CASE_STATE_NAMES, state)) for state in CASE_STATES)


def _place(place: str, words: Wording) -> Key:
    return Key(place, words.language.say("Chưa rõ nơi") if place == ELSEWHERE else place)


def _no_case(words: Wording) -> str:
    return words.language.say("Trong kỳ chưa có vụ việc nào về bức xúc của người lao động được xác nhận.")


def quotes(figures: ReportFigures, words: Wording) -> Table:
    """Return the quoted posts."""
    say = words.language.say
    return Table(
        name="quotes",
        heading=say("Trích dẫn đã chọn"),
        columns=(
            Column("number", say("STT"), width=6),
            Column("label", say("Nhãn"), TEXT, 20),
            Column("text", say("Lời trích (đã che thông tin cá nhân)"), TEXT, 64),
            Column("source", say("Nguồn"), TEXT, 24),
            Column("at", say("Thời gian"), MOMENT, 18),
            Column("copies", say("Bài giống")),
            Column("remarks", say("Lưu ý"), TEXT, 34),
        ),
        rows=tuple(
            (
                number,
                Key(quote.label, words.short_label(quote.label)),
                say("(nền tảng không còn bài này nên không trích lại)") if quote.text is None else quote.text,
                quote.source,
                quote.at,
                quote.copies,
                remarks(quote, words) or None,
            )
            for number, quote in enumerate(figures.quotes, start=1)
        ),
        empty=say("Chưa có bài nào được chọn để trích dẫn."),
    )


def remarks(quote: Quote, words: Wording) -> str:
    """Return what a reader must know of the time and the text of a quote."""
    say = words.language.say
    about = {"hour": say("giờ đăng chỉ là khoảng chừng"), "day": say("chỉ biết khoảng ngày đăng")}
    told = [
        "" if quote.at_is_published else say("thời gian là lúc thấy lần đầu"),
        about.get(quote.precision or "", ""),
        say("bài đã được sửa sau đó") if quote.edited else "",
    ]
    return "; ".join(filter(None, told))


def shown_quote(quote: Quote, words: Wording) -> str:
    """Return the line below a quote: where and when."""
    say = words.language.say
    where = say("Nguồn: %(source)s", source=quote.source or NOTHING)
    moment = words.about(quote.at, quote.precision)
    seen = say("đăng %(when)s", when=moment) if quote.at_is_published else say("thấy lần đầu %(when)s", when=moment)
    parts = [where, seen]
    if quote.copies:
        parts.append(words.language.counted("%(count)s bài khác giống bài này", quote.copies))
    if quote.edited:
        parts.append(say("bài đã được sửa sau đó"))
    return "; ".join(parts)
