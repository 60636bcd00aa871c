"""The worked example of a sheet (docs/develop/report-sheet.md), in the workbook of the sample week."""

from io import BytesIO

from openpyxl import Workbook, load_workbook

from examples.report_sheet.quiet_sources import WITH_QUIET_SOURCES
from monitor.reports.figures import ReportFigures
from monitor.reports.wording import load_wording
from monitor.reports.xlsx import SHEETS, render_xlsx

NAME = "Nguồn vắng bài"
VIETNAMESE = load_wording("vi")


def opened(figures: ReportFigures) -> Workbook:
    return load_workbook(BytesIO(render_xlsx(figures, VIETNAMESE, WITH_QUIET_SOURCES)))


def test_the_sheet_stands_behind_the_others(figures: ReportFigures) -> None:
    usual = load_workbook(BytesIO(render_xlsx(figures, VIETNAMESE, SHEETS))).sheetnames
    assert opened(figures).sheetnames == [*usual, NAME]


def test_it_lists_the_monitored_source_that_gave_nothing(figures: ReportFigures) -> None:
    rows = list(opened(figures)[NAME].iter_rows(values_only=True))
    assert rows[0][0] == "Nguồn không có bài mới trong kỳ"
    assert rows[1] == ("Nguồn", "Đề nghị")
    assert [row[0] for row in rows[2:]] == ["silent"]


def test_a_week_without_quiet_sources_says_so(nothing: ReportFigures) -> None:
    rows = list(opened(nothing)[NAME].iter_rows(values_only=True))
    assert [row[0] for row in rows[2:]] == ["Trong kỳ nguồn theo dõi nào cũng có bài mới."]
