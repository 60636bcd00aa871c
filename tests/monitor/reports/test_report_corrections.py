"""The corrections of a period: a sentence and a table, and nothing where none was published."""

from datetime import timedelta

from sqlalchemy import select

from monitor.report_settings import ReportSettings
from monitor.reports import content_tables
from monitor.reports.document import build_document
from monitor.reports.html import render_html
from monitor.reports.language import load_language
from monitor.reports.wording import Wording
from storage import corrections
from storage.database import Database
from storage.models import Flag, User
from tests import factories
from tests.monitor.reports.sample_week import THURSDAY, gathered

VIETNAMESE = load_language("vi")


def shown(database: Database) -> str:
    return render_html(build_document(gathered(database), ReportSettings(), VIETNAMESE))


def test_a_report_lists_the_corrections_that_were_released_in_its_period(full_week: Database) -> None:
    assert "lời đính chính, mỗi lời có dẫn nguồn" not in shown(full_week)
    with full_week.work() as session:
        lead, writer = factories.add_user(session, "minh", "lead"), session.scalars(select(User.id)).first() or 0
        flag = next(flag for flag in session.scalars(select(Flag)) if corrections.is_refuted(session, flag))
        for at in (THURSDAY, THURSDAY + timedelta(days=9)):
            row = corrections.write(session, flag, factories.make_correction(), user_id=writer, now=THURSDAY)
            seen = corrections.newest_text(session, row.id).id
            corrections.release(session, row, seen=seen, user_id=lead.id, now=at)
        session.commit()
    figures = gathered(full_week)
    table = content_tables.corrections(figures, Wording(VIETNAMESE))
    assert [(row[0], row[2], row[3].code, row[4].text) for row in table.rows] == [
        (1, factories.make_correction().claim, "false", "Đang công bố")
    ]
    page = shown(full_week)
    assert "Trong kỳ đã công bố 1 lời đính chính, mỗi lời có dẫn nguồn." in page
    assert figures.claims.listed[0].answered == 2
