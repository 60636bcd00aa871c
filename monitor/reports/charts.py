"""The charts of a report, as SVG for pages and as PNG for documents. The same figures give the same bytes.

matplotlib is imported when a chart is drawn: the workbook needs only the colours, and most commands need neither.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, cast

from classifiers.labels import label_named
from monitor.reports.concerns import ELSEWHERE
from monitor.reports.figures import ReportFigures
from monitor.reports.method import share_interval
from monitor.reports.quotes import shorten
from monitor.reports.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_OTHER_COLOURS: Final = ("#6b6b6b", "#a5a5a5", "#cccccc")
_STYLE: Final[dict[Any, Any]] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib and has every Vietnamese letter
    "font.size": 9,
    "svg.fonttype": "path",
    "text.parse_math": False,  # a name that holds "$" is a name,
    "svg.hashsalt": "kiemtin",  # without it the identifiers inside an SVG are random
}
_NO_METADATA: Final = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_MOST_SOURCES: Final = 12
_LONGEST_NAME: Final = 30
_PNG_DPI: Final = 160
_MOST_UPRIGHT: Final = 16  # more names stand on end
_MOST_PLACES: Final = 12
_LONGEST_PLACE: Final = 40
_DARK: Final = 0.55  # of the highest count: above it the number in a cell is white
_MARKERS: Final = ("o", "s", "^", "D", "v", "P")
Draw = Callable[[ReportFigures, Wording], "Figure"]


def flags_by_part(figures: ReportFigures, words: Wording) -> "Figure":
    """Draw the confirmed flags of each day (of a quarter: each week) as stacked bars."""
    names = [f"{part.first:%d/%m}" for part in figures.parts]
    counts = {label: [part.confirmed[label] for part in figures.parts] for label in figures.label_names}
    figure = _bars(
        names,
        counts,
        words,
        height=3.0,
        horizontal=False,
        counted=words.language.say("Số bài đã xác nhận"),
        nothing=words.language.say("Không có bài nào đã xác nhận"),
    )
    figure.axes[0].tick_params("x", labelrotation=90 if len(names) > _MOST_UPRIGHT else 0)
    return figure


def flags_by_source(figures: ReportFigures, words: Wording) -> "Figure":
    """Draw the confirmed flags of each source as bars; the sources beyond the first twelve are added up in one bar."""
    rows = [(shorten(row.name, _LONGEST_NAME), row.confirmed) for row in figures.sources if row.all_confirmed]
    rows.sort(key=lambda row: -sum(row[1].values()))
    shown, rest = rows[:_MOST_SOURCES], rows[_MOST_SOURCES:]
    if rest:
        others = {label: sum(flags[label] for _, flags in rest) for label in figures.label_names}
        shown.append((words.language.counted("Nguồn khác (%(count)s)", len(rest)), others))
    shown.reverse()  # the first bar stands lowest
    names = [name for name, _ in shown]
    counts = {label: [flags[label] for _, flags in shown] for label in figures.label_names}
    return _bars(
        names,
        counts,
        words,
        height=1.1 + 0.3 * max(3, len(shown)),
        counted=words.language.say("Số bài đã xác nhận"),
        nothing=words.language.say("Không có bài nào đã xác nhận"),
    )


def as_svg(figure: "Figure") -> str:
    """Return a chart as an SVG element for use in a page."""
    buffer = BytesIO()
    with style():
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    text = buffer.getvalue().decode()
    return text[text.index("<svg") :].strip()


def as_png(figure: "Figure") -> bytes:
    """Return a chart as a PNG image."""
    buffer = BytesIO()
    with style():
        figure.savefig(buffer, format="png", dpi=_PNG_DPI, metadata={"Software": None})
    return buffer.getvalue()


def colour_of(label: str, position: int) -> str:
    """Return the colour of a label; labels of a user's own model are coloured by their position among the labels."""
    return label_named(label).chart_colour or _OTHER_COLOURS[position % len(_OTHER_COLOURS)]


def style() -> AbstractContextManager[None]:
    """Draw in the style of reports inside of this."""
    import matplotlib as mpl  # noqa: PLC0415  see the module's docstring

    return cast("AbstractContextManager[None]", mpl.rc_context(_STYLE))


def canvas(*, height: float, columns: int = 1) -> "tuple[Figure, list[Axes]]":
    """Make an empty figure of the width of a page, with so many panels side by side; `height` is in inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  see the module's docstring
    from matplotlib.figure import Figure  # noqa: PLC0415  see the module's docstring

    figure = Figure(figsize=(7.2, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, list(figure.subplots(1, columns, squeeze=False, sharey=True)[0])


def _bars(
    names: Sequence[str],
    counts: Mapping[str, Sequence[int]],
    words: Wording,
    *,
    height: float,
    horizontal: bool = True,
    counted: str,
    nothing: str,
) -> "Figure":
    """Draw counts by label as stacked bars; `counted` says what they count, `nothing` where all of them are 0."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415  see the module's docstring

    with style():
        figure, (axes,) = canvas(height=height)
        _stack(axes, names, counts, words, horizontal=horizontal)
        (axes.set_xlabel if horizontal else axes.set_ylabel)(counted)
        (axes.xaxis if horizontal else axes.yaxis).set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(x=0.04, y=0.08)
        if any(map(any, counts.values())):
            figure.legend(loc="outside upper center", ncols=len(counts), frameon=False)
        else:
            say_nothing(axes, nothing)
    return figure


def _stack(
    axes: "Axes", names: Sequence[str], counts: Mapping[str, Sequence[int]], words: Wording, *, horizontal: bool
) -> None:
    """Draw bars of counts by label, stacked, with their sums behind them."""
    places = list(range(len(names)))
    ends = [0] * len(names)
    for position, (label, values) in enumerate(counts.items()):
        style: dict[str, Any] = {
            "color": colour_of(label, position),
            "label": words.short_label(label),
            "edgecolor": "white",
        }
        if horizontal:
            axes.barh(places, values, left=ends, height=0.7, **style)
        else:
            axes.bar(places, values, bottom=ends, width=0.65, **style)
        ends = [end + value for end, value in zip(ends, values, strict=True)]
    for place, end in zip(places, ends, strict=True):
        if end:
            at, shift = ((end, place), (3, 0)) if horizontal else ((place, end), (0, 2))
            alignment: dict[str, Any] = {"va": "center"} if horizontal else {"ha": "center"}
            axes.annotate(words.language.number(end), at, xytext=shift, textcoords="offset points", **alignment)
    (axes.set_yticks if horizontal else axes.set_xticks)(places, names)


def say_nothing(axes: "Axes", text: str) -> None:
    """Say in the place of a chart that there is nothing to draw."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes)


def topics_by_place(figures: ReportFigures, words: Wording) -> "Figure":
    """Draw the cases of concerns as a grid, a row a place and a column a topic; the number stands in its cell."""
    places = figures.concerns.places[:_MOST_PLACES]
    topics = [row.topic for row in figures.concerns.topics if any(row.topic in place.topics for place in places)]
    topics += [name for place in places for name in place.topics if name not in topics]
    topics = list(dict.fromkeys(topics))
    counts = [[place.topics.get(topic, 0) for topic in topics] for place in places]
    with style():
        figure, (axes,) = canvas(height=1.2 + 0.34 * max(2, len(places)))
        if not counts:
            say_nothing(axes, words.language.say("Chưa có vụ việc nào để chia theo địa bàn."))
            return figure
        highest = max(map(max, counts))
        # Drawn as shapes: a picture inside of an SVG is a data: address, which pages do not load.
        axes.pcolormesh(counts, cmap="Blues", vmin=0, vmax=highest, edgecolors="#c8c8c8", linewidth=0.6)
        axes.invert_yaxis()
        for row, of_place in enumerate(counts):
            for column, count in enumerate(of_place):
                if count:
                    colour = "white" if count > _DARK * highest else "black"
                    text = words.language.number(count)
                    axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=colour)
        elsewhere = words.language.say("Nơi khác hoặc chưa rõ")
        names = [elsewhere if place.place == ELSEWHERE else shorten(place.place, _LONGEST_PLACE) for place in places]
        axes.set_yticks([row + 0.5 for row in range(len(places))], names)
        axes.set_xticks([column + 0.5 for column in range(len(topics))], [words.topic(topic) for topic in topics])
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
    return figure


def review_funnel(figures: ReportFigures, words: Wording) -> "Figure":
    """Draw how many flags there are, how many people concluded, confirmed, and chose to be quoted, as stacked bars."""
    say = words.language.say
    quoted = {name: sum(1 for quote in figures.quotes if quote.label == name) for name in figures.label_names}
    steps = {
        say("Gợi ý của máy"): {row.label: row.total for row in figures.labels},
        say("Đã kết luận"): {row.label: row.reviewed for row in figures.labels},
        say("Đã xác nhận"): {row.label: row.states["confirmed"] for row in figures.labels},
        say("Đã chọn trích dẫn"): quoted,
    }
    names = list(reversed(steps))  # the first bar stands lowest
    counts = {label: [steps[name][label] for name in names] for label in figures.label_names}
    nothing = say("Trong kỳ máy không gợi ý bài nào.")
    return _bars(names, counts, words, height=2.5, counted=say("Số bài"), nothing=nothing)


def reliability(figures: ReportFigures, words: Wording) -> "Figure":
    """Draw for each label which share of the flags of a probability people confirmed, with 95 % intervals.

    On the dotted line a probability of 80 % means that four of five are right.
    """
    say = words.language.say
    labels = [name for name in figures.label_names if any(row.label == name for row in figures.reliability)]
    with style():
        figure, axes = canvas(height=2.6, columns=max(1, len(labels)))
        if not labels:
            say_nothing(axes[0], say("Chưa có gợi ý nào được kết luận."))
            return figure
        for place, (label, panel) in enumerate(zip(labels, axes, strict=True)):
            _points(panel, label, place, figures)
            panel.set_title(words.short_label(label), fontsize=9)
            panel.set_xlabel(say("Xác suất của máy"))
        axes[0].set_ylabel(say("Tỷ lệ gợi ý đúng"))
    return figure


def _points(axes: "Axes", label: str, place: int, figures: ReportFigures) -> None:
    rows = [row for row in figures.reliability if row.label == label]
    shares = [row.confirmed / row.concluded for row in rows]
    ends = [share_interval(row.confirmed, row.concluded) for row in rows]
    below = [max(0.0, share - low) for share, (low, _) in zip(shares, ends, strict=True)]
    above = [max(0.0, high - share) for share, (_, high) in zip(shares, ends, strict=True)]
    drawn: dict[str, Any] = {"color": colour_of(label, place), "marker": _MARKERS[place % len(_MARKERS)]}
    axes.plot([0, 1], [0, 1], color="#6b6b6b", linewidth=1, linestyle=":", zorder=0)
    said = [row.probability for row in rows]
    axes.errorbar(said, shares, yerr=[below, above], linestyle="none", markersize=5, capsize=2, **drawn)
    axes.set_xlim(0, 1.03)
    axes.set_ylim(-0.03, 1.05)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axes.spines[["top", "right"]].set_visible(False)


PICTURES: Final[Mapping[str, Draw]] = {
    "parts": flags_by_part,
    "sources": flags_by_source,
    "place_results": topics_by_place,
    "states": review_funnel,
    "reliability": reliability,
}
"""The chart that stands with a table, by the name of the table: the same in document, page and notebook."""
