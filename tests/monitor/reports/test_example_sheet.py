"""The worked example of a sheet (docs/develop/report-sheet.md), in the workbook of the sample week."""

from io import BytesIO

from openpyxl import Workbook, load_workbook

from examples.report_sheet.quiet_sources import WITH_QUIET_SOURCES
from monitor.reports.figures import WeekFigures
from monitor.reports.xlsx import SHEETS, render_xlsx

NAME = "Nguồn vắng bài"


def opened(figures: WeekFigures) -> Workbook:
    return load_workbook(BytesIO(render_xlsx(figures, WITH_QUIET_SOURCES)))


def test_the_sheet_stands_behind_the_others(figures: WeekFigures) -> None:
    usual = load_workbook(BytesIO(render_xlsx(figures, SHEETS))).sheetnames
    assert opened(figures).sheetnames == [*usual, NAME]


def test_it_lists_the_monitored_source_that_gave_nothing(figures: WeekFigures) -> None:
    rows = list(opened(figures)[NAME].iter_rows(values_only=True))
    assert rows[0][0] == "Nguồn không có bài mới trong tuần"
    assert rows[2] == ("Nguồn", "Đề nghị")
    assert [row[0] for row in rows[3:]] == ["silent"]


def test_a_week_without_quiet_sources_says_so(nothing: WeekFigures) -> None:
    rows = list(opened(nothing)[NAME].iter_rows(values_only=True))
    assert [row[0] for row in rows[3:]] == ["Tuần này nguồn theo dõi nào cũng có bài mới."]
