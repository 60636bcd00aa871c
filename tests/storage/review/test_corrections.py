"""Corrections: two people for each, nothing edited, and what replaced what."""

import re
from contextlib import suppress

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.database import Database
from storage.errors import DatabaseLocked, DataRejected
from storage.figures.report_matters import answers_of
from storage.models import Correction, CorrectionEvent, Matter, User
from storage.posts import posts, traces
from storage.review import corrections, matter_steps, matters
from storage.review.corrections import DRAFT, RELEASED, REPLACED, RETURNED, WITHDRAWN
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, add_user, decide, make_correction, matter_of


def refuted_rumour(session: Session, reviewer: User) -> Matter:
    source = add_source(session, f"diễn đàn của {reviewer.name}")
    flag = add_flag(session, add_post(session, source, author_key="a" * 64), "unverified")
    decide(session, flag, "refuted", reviewer)
    return matter_of(session, flag)


def written(session: Session) -> tuple[Correction, User, User]:
    """A correction that Lan wrote, and Minh who may release it."""
    lan, minh = add_user(session, "lan"), add_user(session, "minh", "lead")
    rumour = refuted_rumour(session, lan)
    return corrections.write(session, rumour, make_correction(), user_id=lan.id, now=NOW), lan, minh


def release(session: Session, row: Correction, user: User) -> None:
    seen = corrections.newest_text(session, row.id).id
    corrections.release(session, row, seen=seen, user_id=user.id, now=NOW)


def test_a_correction_is_written_by_one_person_and_released_by_another(session: Session) -> None:
    row, lan, minh = written(session)
    assert (row.state, row.released_at, corrections.ever_released(session)) == (DRAFT, None, [])
    with pytest.raises(DataRejected, match="same person"):
        release(session, row, lan)
    release(session, row, minh)
    (shown,) = corrections.ever_released(session)
    assert (row.state, shown.content, shown.released_at) == (RELEASED, make_correction(), NOW)
    told = [(event.kind, name) for event, name in corrections.events_of(session, row.id)]
    assert told == [("written", "lan"), ("released", "minh")]


def test_whoever_changed_a_draft_cannot_release_it_either(session: Session) -> None:
    row, lan, minh = written(session)
    corrections.rewrite(session, row, make_correction(text="Không có lệnh nào."), user_id=minh.id, now=NOW)
    for person in (lan, minh):
        with pytest.raises(DataRejected, match="same person"):
            release(session, row, person)


def test_only_a_rumour_that_is_refuted_and_still_stands_is_corrected(session: Session) -> None:
    row, lan, minh = written(session)
    rumour = row.matter
    judged = matter_steps.Step(kind="judged", verdict="no_source")
    matter_steps.take_step(session, rumour, judged, user_id=lan.id, now=NOW)
    with pytest.raises(DataRejected, match="refuted no more"):
        release(session, row, minh)
    with pytest.raises(DataRejected, match="not refuted"):
        corrections.write(session, rumour, make_correction(), user_id=lan.id, now=NOW)


def test_a_correction_answers_its_rumour_until_it_is_withdrawn(session: Session) -> None:
    row, _, minh = written(session)
    rumour = row.matter
    assert rumour in matters.listed(session)
    release(session, row, minh)
    assert (rumour.state, matters.listed(session)) == ("answered", [])
    corrections.withdraw(session, row, why="nguồn đã gỡ thông báo", user_id=minh.id, now=NOW)
    assert (rumour.state, matters.listed(session)) == ("open", [rumour])


def test_a_correction_answers_the_rumour_into_which_its_own_was_merged(session: Session) -> None:
    row, lan, minh = written(session)
    into = refuted_rumour(session, minh)
    release(session, row, minh)
    matter_steps.merge(session, row.matter, into, user_id=lan.id, now=NOW)
    assert list(corrections.of_matter(session, into.id)) == [row]
    (shown,) = answers_of(session, [into.id]).values()
    assert (shown.addresses, shown.approved) == (("https://e.vn",), 1)


def test_a_draft_is_sent_back_and_written_anew_and_only_what_was_read_is_released(session: Session) -> None:
    row, lan, minh = written(session)
    old = corrections.newest_text(session, row.id).id
    corrections.send_back(session, row, why="nguồn chưa rõ", user_id=minh.id, now=NOW)
    assert row.state == RETURNED
    corrections.rewrite(session, row, make_correction(source_name="Sở"), user_id=lan.id, now=NOW)
    assert (row.state, corrections.newest_text(session, row.id).source_name) == (DRAFT, "Sở")
    with pytest.raises(DataRejected, match="changed meanwhile"):
        corrections.release(session, row, seen=old, user_id=minh.id, now=NOW)
    release(session, row, minh)
    with pytest.raises(DataRejected, match="is released"):
        corrections.rewrite(session, row, make_correction(), user_id=lan.id, now=NOW)


def test_a_text_that_is_changed_while_it_is_released_is_not_published(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_database.changes() as session:
        row, lan, minh = written(session)
    look = corrections.is_refuted

    def change_and_look(matter: Matter) -> bool:
        impatient = Database(sqlite_database.url.render_as_string(), busy_timeout=0)
        with impatient, suppress(DatabaseLocked), impatient.changes() as other:
            changed = make_correction(text="Một câu mà chị Minh chưa đọc.")
            corrections.rewrite(other, corrections.by_id(other, row.id), changed, user_id=lan.id, now=NOW)
        return look(matter)

    monkeypatch.setattr(corrections, "is_refuted", change_and_look)
    with sqlite_database.changes() as session:
        release(session, corrections.by_id(session, row.id), minh)
    with sqlite_database.work() as session:
        (shown,) = corrections.ever_released(session)
        assert shown.content == make_correction()


def test_a_correction_of_a_correction_takes_its_place_when_it_is_released(session: Session) -> None:
    row, lan, minh = written(session)
    with pytest.raises(DataRejected, match="is draft"):
        corrections.correct_again(session, row, make_correction(), user_id=lan.id, now=NOW)
    release(session, row, minh)
    other, rival = (
        corrections.correct_again(session, row, make_correction(text=text), user_id=lan.id, now=NOW)
        for text in ("Chỉ một ngân hàng tạm nghỉ để bảo trì.", "Khác.")
    )
    assert row.state == RELEASED, "the old one stands until the new one is released"
    release(session, other, minh)
    assert (row.state, other.state) == (REPLACED, RELEASED)
    with pytest.raises(DataRejected, match="is replaced"):
        release(session, rival, minh)
    new, old = corrections.ever_released(session)
    assert (new.row.id, new.row.replaces_id, old.row.id, old.replaced_by) == (other.id, row.id, row.id, other.id)
    assert old.content == make_correction(), "what was said before is kept"


def test_a_withdrawal_needs_a_reason_and_is_the_end(session: Session) -> None:
    row, _, minh = written(session)
    release(session, row, minh)
    with pytest.raises(DataRejected, match="needs a reason"):
        corrections.withdraw(session, row, why=" ", user_id=minh.id, now=NOW)
    corrections.withdraw(session, row, why="nguồn đã gỡ thông báo", user_id=minh.id, now=NOW)
    (shown,) = corrections.ever_released(session)
    assert (shown.row.state, shown.withdrawn_at, shown.why) == (WITHDRAWN, NOW, "nguồn đã gỡ thông báo")
    for act in (corrections.withdraw, corrections.send_back):
        with pytest.raises(DataRejected, match="is withdrawn"):
            act(session, row, why="x", user_id=minh.id, now=NOW)


@pytest.mark.parametrize("missing", ["claim", "text", "source_name", "source_url", "verdict"])
def test_a_correction_without_all_its_parts_is_refused(session: Session, missing: str) -> None:
    lan = add_user(session)
    rumour = refuted_rumour(session, lan)
    with pytest.raises(DataRejected):
        corrections.write(session, rumour, make_correction(**{missing: " "}), user_id=lan.id, now=NOW)


def test_a_correction_outlives_its_post_and_can_still_be_released(session: Session) -> None:
    row, _, minh = written(session)
    posts.erase_author(session, "a" * 64, NOW)
    session.expire_all()
    release(session, row, minh)
    assert [shown.row.id for shown in corrections.ever_released(session)] == [row.id]


def test_an_erasure_takes_a_name_out_of_a_correction_as_well(session: Session) -> None:
    row, _, _ = written(session)
    found = re.compile("quản lý")
    traces.mask(session, found, "[tên]", now=NOW)
    event = session.scalars(select(CorrectionEvent)).one()
    assert event.source_name == "Thông báo của cơ quan [tên]"
    assert list(traces.find(session, found)) == []
    assert corrections.newest_text(session, row.id).id == event.id
