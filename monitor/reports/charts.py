"""Charts of counts by label, as SVG for pages and as PNG for documents. The same figures give the same bytes.

matplotlib is imported when a chart is drawn: the workbook needs only the colours, and most commands need neither.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, cast

from classifiers.labels import label_named
from monitor.reports.figures import ReportFigures
from monitor.reports.quotes import shorten
from monitor.reports.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
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


def flags_by_part(figures: ReportFigures, words: Wording) -> "Figure":
    """Draw the confirmed flags of each day (of a quarter: each week) as stacked bars."""
    names = [f"{part.first:%d/%m}" for part in figures.parts]
    counts = {label: [part.confirmed[label] for part in figures.parts] for label in figures.label_names}
    with style():
        figure, (axes,) = canvas(height=3.0)
        stack(axes, names, counts, words, horizontal=False)
        axes.set_ylabel(words.language.say("Số bài đã xác nhận"))
        axes.tick_params("x", labelrotation=90 if len(names) > _MOST_UPRIGHT else 0)
        whole_numbers(axes.yaxis)
        finish(axes, counts, words.language.say("Không có bài nào đã xác nhận"))
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
    with style():
        figure, (axes,) = canvas(height=1.1 + 0.3 * max(3, len(shown)))
        stack(axes, names, counts, words, horizontal=True)
        axes.set_xlabel(words.language.say("Số bài đã xác nhận"))
        whole_numbers(axes.xaxis)
        finish(axes, counts, words.language.say("Không có bài nào đã xác nhận"))
    return figure


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


def stack(
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


def whole_numbers(axis: "Axis") -> None:
    """Put marks at whole numbers alone."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415  see the module's docstring

    axis.set_major_locator(MaxNLocator(integer=True))


def finish(axes: "Axes", counts: Mapping[str, Sequence[int]], nothing: str) -> None:
    """Add the legend; `nothing` is said where all counts are 0."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.04, y=0.08)
    if any(map(any, counts.values())):
        axes.figure.legend(loc="outside upper center", ncols=len(counts), frameon=False)
    else:
        say_nothing(axes, nothing)


def say_nothing(axes: "Axes", text: str) -> None:
    """Say in the place of a chart that there is nothing to draw."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes)
