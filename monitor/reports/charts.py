"""The charts of a report: the same rows are drawn as SVG in a page and as shaded blanks in a document."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from classifiers.labels import label_named
from monitor.reports.drawing import Chart, bar
from monitor.reports.figures import ReportFigures
from monitor.reports.wording import Wording

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
