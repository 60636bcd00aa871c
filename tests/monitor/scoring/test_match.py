"""Copies are tied together wherever they stand, and evidence for a claim comes from reference sources only."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from classifiers.text.segment import Segmenter
from monitor.scoring.match import BATCH, WINDOW, Matcher
from storage.database import Database
from storage.models import Cluster, Evidence, Flag, Post, PostBand, Source
from storage.posts import posts
from storage.review import flags
from tests.clock import MONDAY_MORNING, FakeClock
from tests.factories import add_flag, add_post, add_source, make_flag, make_post

RUMOUR = "Tin nội bộ cho hay từ thứ hai tới nhà máy nước Nậm Pha ngừng cấp nước ba ngày, bà con mau chứa nước."
NEARLY = "Tin nội bộ cho hay từ thứ hai tới nhà máy nước Nậm Pha ngừng cấp nước ba ngày, bà con nhớ chứa nước!"
OTHER = "Chiều nay đội bóng của công ty may thắng hai không, cả phân xưởng kéo nhau ra sân hò reo ầm ĩ."
NOTICE = "Nhà máy nước Nậm Pha: không có kế hoạch ngừng cấp nước, thông tin lan truyền là sai."


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


@pytest.fixture
def matcher(sqlite_database: Database, segmenter: Segmenter, clock: FakeClock) -> Matcher:
    return Matcher(sqlite_database, segmenter, clock)


def clusters_of(database: Database) -> dict[str, int | None]:
    with database.work() as session:
        return dict(session.execute(select(Post.external_id, Post.cluster_id)).all())


def test_copies_are_found_across_sources_and_nothing_else_is_tied_to_them(
    matcher: Matcher, sqlite_database: Database
) -> None:
    with sqlite_database.work() as session:
        forum, network = add_source(session, "forum"), add_source(session, "network")
        add_post(session, forum, "rumour", text=RUMOUR)
        add_post(session, network, "copy", text=NEARLY)
        add_post(session, network, "same", text=RUMOUR)
        add_post(session, forum, "other", text=OTHER)
        session.commit()
    told: list[int] = []
    result = matcher.run(told.append)

    assert (result.compared, result.copies, told) == (4, 2, [4])
    found = clusters_of(sqlite_database)
    assert found["rumour"] == found["copy"] == found["same"] is not None
    assert found["other"] is None
    with sqlite_database.work() as session:
        cluster = session.scalars(select(Cluster)).one()
        assert cluster.state == "suggested"
        assert "nhà máy" in (cluster.name or "")
    again = matcher.run()
    assert (again.compared, again.copies) == (0, 0)


@pytest.mark.parametrize("text", ["", "Mất nước rồi!", "Đúng quá bạn ơi"])
def test_short_texts_are_never_copies_also_when_they_are_equal(
    matcher: Matcher, sqlite_database: Database, text: str
) -> None:
    with sqlite_database.work() as session:
        source = add_source(session)
        for number in range(3):
            add_post(session, source, str(number), text=text)
        session.commit()
    result = matcher.run()
    assert (result.compared, result.copies) == (3, 0)
    assert set(clusters_of(sqlite_database).values()) == {None}
    with sqlite_database.work() as session:
        assert session.scalar(select(func.count()).select_from(PostBand)) == 0
        assert session.scalars(select(Post.indexed)).all() == [True] * 3
    assert matcher.run().compared == 0  # they are not looked at again and again


def test_more_posts_than_one_batch_are_all_compared(matcher: Matcher, sqlite_database: Database) -> None:
    with sqlite_database.work() as session:
        source = add_source(session)
        posts.record(session, source.id, [make_post(str(n), f"{n} {OTHER} {n * 7919}") for n in range(BATCH + 3)])
        session.commit()
    told: list[int] = []
    assert matcher.run(told.append).compared == BATCH + 3
    assert told == [BATCH, 3]


def test_a_post_that_was_edited_is_compared_anew(matcher: Matcher, sqlite_database: Database) -> None:
    with sqlite_database.work() as session:
        source = add_source(session)
        add_post(session, source, "rumour", text=RUMOUR)
        add_post(session, source, "later", text=OTHER)
        session.commit()
    assert matcher.run().copies == 0
    with sqlite_database.work() as session:
        posts.record(session, 1, [make_post("later", NEARLY)])
        session.commit()
    result = matcher.run()
    assert (result.compared, result.copies) == (1, 1)
    found = clusters_of(sqlite_database)
    assert found["later"] == found["rumour"] is not None


def add_claim(database: Database, matcher: Matcher, *, text: str = RUMOUR, label: str = "unverified") -> int:
    """Store a claim as it stands after scoring, with an open flag."""
    with database.work() as session:
        post = add_post(session, add_source(session), "claim", text=text)
        add_flag(session, post, label)
        session.commit()
        return post.id


def evidence(database: Database) -> list[tuple[int, str, str]]:
    with database.work() as session:
        rows = session.scalars(select(Evidence)).all()
        return [(row.post_id, row.reference.external_id, row.state) for row in rows]


def test_evidence_for_an_open_claim_comes_from_reference_sources_only(
    matcher: Matcher, sqlite_database: Database
) -> None:
    claim = add_claim(sqlite_database, matcher)
    with sqlite_database.work() as session:
        paper = add_source(session, "newspaper", role="reference")
        add_post(session, paper, "notice", text=NOTICE)
        add_post(session, paper, "football", text=OTHER)
        add_post(session, add_source(session, "network"), "talk", text=NOTICE)
        session.commit()
    result = matcher.run()
    assert result.claims_with_evidence == 1
    assert evidence(sqlite_database) == [(claim, "notice", "suggested")]
    assert matcher.run().claims_with_evidence == 0
    assert len(evidence(sqlite_database)) == 1


def test_a_report_that_comes_within_two_days_is_found_and_later_ones_are_not(
    matcher: Matcher, sqlite_database: Database, clock: FakeClock
) -> None:
    claim = add_claim(sqlite_database, matcher)
    assert matcher.run().claims_with_evidence == 0

    def arrives(name: str, text: str) -> None:
        with sqlite_database.work() as session:
            paper = session.scalar(select(Source).where(Source.role == "reference"))
            paper = paper or add_source(session, "newspaper", role="reference")
            add_post(session, paper, name, text=text, collected_at=clock.now())
            session.commit()

    def placed() -> tuple[int, list[str]]:
        with sqlite_database.work() as session:
            flag = session.scalars(select(Flag).where(Flag.post_id == claim)).one()
            return flag.priority, [name for _, name, _ in evidence(sqlite_database)]

    clock.advance(timedelta(hours=20))
    arrives("report", RUMOUR)
    matcher.run()
    assert placed() == (-1, ["report"])
    clock.advance(timedelta(hours=20))
    arrives("notice", NOTICE)
    matcher.run()
    assert placed()[1] == ["report", "notice"]
    clock.advance(timedelta(hours=20))
    arrives("late", f"{NOTICE} Nhà máy nước Nậm Pha xin thông báo.")
    matcher.run()
    assert "late" not in placed()[1]


def test_evidence_is_looked_for_anew_when_a_claim_was_edited(matcher: Matcher, sqlite_database: Database) -> None:
    claim = add_claim(sqlite_database, matcher, text=OTHER)
    with sqlite_database.work() as session:
        add_post(session, add_source(session, "newspaper", role="reference"), "notice", text=NOTICE)
        session.commit()
    assert matcher.run().claims_with_evidence == 0
    with sqlite_database.work() as session:
        post = session.get_one(Post, claim)
        posts.record(session, post.source_id, [make_post("claim", RUMOUR)])
        flags.open_flags(session, 1, [make_flag(post, "unverified")], MONDAY_MORNING)
        session.commit()
    assert matcher.run().claims_with_evidence == 1
    assert evidence(sqlite_database) == [(claim, "notice", "suggested")]


@pytest.mark.parametrize("why", ["other label", "decided", "old reference"])
def test_no_evidence_is_looked_for_where_none_is_wanted(
    matcher: Matcher, sqlite_database: Database, clock: FakeClock, why: str
) -> None:
    add_claim(sqlite_database, matcher, label="concern" if why == "other label" else "unverified")
    with sqlite_database.work() as session:
        paper = add_source(session, "newspaper", role="reference")
        age = WINDOW + timedelta(days=1) if why == "old reference" else timedelta()
        add_post(session, paper, "notice", text=NOTICE, collected_at=clock.now() - age)
        if why == "decided":
            session.scalars(select(Flag)).one().state = "confirmed"
        session.commit()
    assert matcher.run().claims_with_evidence == 0
    assert evidence(sqlite_database) == []


def test_a_correction_is_no_copy_of_the_rumour_that_it_quotes(matcher: Matcher, sqlite_database: Database) -> None:
    with sqlite_database.work() as session:
        source = add_source(session)
        add_post(session, source, "rumour", text=RUMOUR)
        add_post(session, source, "correction", text=f"Tin giả, bà con đừng chia sẻ: “{RUMOUR}”")
        add_post(session, source, "comment", text=f"Có thật không mọi người?\n“{RUMOUR}”")
        session.commit()
    assert matcher.run().copies == 1
    found = clusters_of(sqlite_database)
    assert found["rumour"] == found["comment"] is not None
    assert found["correction"] is None
