"""The walk of one figure, from the week to a cell of the document, names the files that take part."""

from monitor.reports.document import build_document
from monitor.reports.docx import render_docx
from monitor.reports.wording import load_wording
from monitor.settings.reports import ReportSettings
from storage.database import Database
from tests.monitor.reports.sample_week import gathered
from tests.walk import called_files, differences


def test_the_way_of_one_figure(full_week: Database) -> None:
    with called_files() as called:
        render_docx(build_document(gathered(full_week), ReportSettings(), load_wording("vi")))
    assert differences("The way of one figure", called) == ([], [])
