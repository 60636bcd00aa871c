"""The columns in which a count stands beside earlier ones: the same in every table that compares."""

from monitor.reports.comparison import Comparison
from monitor.reports.periods import Unit
from monitor.reports.tables import Cell, CellType, Column, Key
from monitor.reports.wording import Wording


def compared_columns(words: Wording, unit: Unit) -> tuple[Column, ...]:
    """Return the columns: the interval of the count, the period before, the mean of four, and what can be said."""
    say = words.language.say
    return (
        Column("low", say("95%: từ"), CellType.DECIMAL, 9),
        Column("high", say("95%: đến"), CellType.DECIMAL, 9),
        Column("previous", words.previous_period(unit)),
        Column("trend", say("So với kỳ trước"), CellType.TEXT, 22),
        Column("mean", say("Trung bình bốn kỳ"), CellType.DECIMAL),
        Column("trend_of_mean", say("So với trung bình"), CellType.TEXT, 22),
    )


def compared_cells(found: Comparison, words: Wording) -> tuple[Cell, ...]:
    """Return the cells of these columns."""
    return (
        found.low,
        found.high,
        found.previous.confirmed if found.previous else None,
        Key(found.trend.value, words.trend(found.trend)),
        found.mean,
        Key(found.trend_of_mean.value, words.trend(found.trend_of_mean)),
    )
