"""The corrections of a period: a table, and nothing where none was released."""

import re
from datetime import timedelta

from sqlalchemy import select

from monitor.reports import report_tables
from monitor.reports.claims import MOST_CLAIMS
from monitor.reports.document import build_document
from monitor.reports.html import render_html
from monitor.reports.wording import load_wording
from monitor.settings.reports import ReportSettings
from storage.database import Database
from storage.models import Matter, User
from storage.review import corrections, matter_steps
from storage.review.matter_steps import Step
from tests import factories
from tests.monitor.reports.sample_week import THURSDAY, gathered

VIETNAMESE = load_wording("vi")


def shown(database: Database) -> str:
    return render_html(build_document(gathered(database), ReportSettings(), VIETNAMESE))


def test_a_report_lists_the_corrections_that_were_published_in_its_period(full_week: Database) -> None:
    assert "Đính chính đã công bố trong kỳ" not in shown(full_week)
    with full_week.changes() as session:
        lead, writer = factories.add_user(session, "minh", "lead"), session.scalars(select(User.id)).first() or 0
        rumour = next(each for each in session.scalars(select(Matter)) if corrections.is_refuted(each))
        for at in (THURSDAY, THURSDAY + timedelta(days=9)):
            row = corrections.write(session, rumour, factories.make_correction(), user_id=writer, now=THURSDAY)
            seen = corrections.newest_text(session, row.id).id
            corrections.release(session, row, seen=seen, user_id=lead.id, now=at)
    assert "Đính chính đã công bố trong kỳ" not in shown(full_week), "released is not published"
    assert "Có nguồn bác bỏ: bao.example.vn; thông tin bác bỏ đã được duyệt, chưa công bố." in shown(full_week)
    with full_week.changes() as session:
        for number, at in ((1, THURSDAY), (2, THURSDAY + timedelta(days=9))):
            corrections.note_published(session, {number: "released"}, at)
    figures = gathered(full_week)
    table = report_tables.corrections(figures, VIETNAMESE)
    assert [(row[0], row[2], row[3].code, row[4].text) for row in table.rows] == [
        (1, factories.make_correction().claim, "false", "Đang công bố")
    ]
    assert "Đính chính đã công bố trong kỳ" in shown(full_week)
    answers = figures.claims.listed[0].answers
    assert (answers.published, answers.approved) == (2, 0)
    assert "Có nguồn bác bỏ: bao.example.vn; Liên đoàn đã công bố thông tin bác bỏ ngày 28/11." in shown(full_week)


def test_what_became_of_claims_is_counted_over_all_of_them(full_week: Database) -> None:
    """The list of a report ends with the tenth."""
    asked = re.compile(r"công bố thông tin bác bỏ (tin [^<]*) sau khi đối chiếu")
    with full_week.changes() as session:
        lead, writer = factories.add_user(session, "minh", "lead"), factories.add_user(session, "hùng").id
        source = factories.add_source(session, "further")
        for number in range(MOST_CLAIMS + 5):
            post = factories.add_post(session, source, str(number), published_at=THURSDAY, collected_at=THURSDAY)
            flag = factories.add_flag(session, post, "unverified")
            factories.decide(session, flag, "refuted", lead, now=THURSDAY)
            if number < MOST_CLAIMS + 2:
                continue
            rumour = factories.matter_of(session, flag)
            row = corrections.write(session, rumour, factories.make_correction(), user_id=writer, now=THURSDAY)
            seen = corrections.newest_text(session, row.id).id
            corrections.release(session, row, seen=seen, user_id=lead.id, now=THURSDAY)
            corrections.note_published(session, {row.id: row.state}, THURSDAY)
    page = shown(full_week)
    assert asked.findall(page) == [
        f"tin III.1, III.2, III.3, III.4, III.5, III.6 và {MOST_CLAIMS - 3} tin khác ở Phụ lục"
    ]


def test_a_claim_is_told_in_the_sentence_that_a_reviewer_gave_it(full_week: Database) -> None:
    with full_week.changes() as session:
        rumour = session.get_one(Matter, gathered(full_week).claims.listed[0].number)
        step = Step(kind="described", sentence="Ngân hàng ngừng cho rút tiền từ thứ hai")
        matter_steps.take_step(session, rumour, step, user_id=rumour.opened_by, now=THURSDAY)
    assert gathered(full_week).claims.listed[0].sentence == "Ngân hàng ngừng cho rút tiền từ thứ hai"
