"""A sheet of the report's workbook that lists the monitored sources from which nothing came in the period."""

from monitor.reports.blocks import CellType, Column, Table
from monitor.reports.xlsx import SHEETS, Book


def quiet_sources(book: Book) -> None:
    """Write the sheet; without such sources a sentence says so."""
    quiet = [row.name for row in book.figures.sources if row.role == "monitored" and row.posts == 0]
    table = Table(
        name="quiet_sources",
        heading="Nguồn không có bài mới trong kỳ",
        columns=(
            Column("source", "Nguồn", CellType.TEXT, 34),
            Column("advice", "Đề nghị", CellType.TEXT, 60),
        ),
        rows=tuple((name, "Xin kiểm tra xem nguồn còn hoạt động không.") for name in quiet),
        empty="Trong kỳ nguồn theo dõi nào cũng có bài mới.",
    )
    book.table("Nguồn vắng bài", table)


WITH_QUIET_SOURCES = (*SHEETS, quiet_sources)
