"""A sheet of the weekly summary that lists the monitored sources from which nothing came in the week."""

from monitor.reports.tables import CellType, Column, Table
from monitor.reports.xlsx import SHEETS, Book


def quiet_sources(book: Book) -> None:
    """Write the sheet; without such sources a sentence says so."""
    quiet = [row.name for row in book.figures.sources if row.role == "monitored" and row.posts == 0]
    table = Table(
        heading="Nguồn không có bài mới trong tuần",
        gloss="Monitored sources from which nothing came in the week",
        columns=(Column("Nguồn", CellType.TEXT, 34), Column("Đề nghị", CellType.TEXT, 60)),
        rows=tuple((name, "Xin kiểm tra xem nguồn còn hoạt động không.") for name in quiet),
    )
    book.table_sheet("Nguồn vắng bài", table, empty="Tuần này nguồn theo dõi nào cũng có bài mới.")


WITH_QUIET_SOURCES = (*SHEETS, quiet_sources)
