"""Copies are tied together wherever they stand, and evidence for a claim comes from reference sources only."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from monitor.scoring.match import BATCH, WINDOW, Matcher
from storage.database import Database
from storage.models import Cluster, Evidence, Flag, Post, PostBand, Source
from storage.posts import posts
from storage.review import flags
from tests.clock import MONDAY_MORNING, FakeClock
from tests.factories import FINGERPRINT, add_flag, add_picture, add_source, make_flag, make_post

RUMOUR = "Tin nội bộ cho hay từ thứ hai tới nhà máy nước Nậm Pha ngừng cấp nước ba ngày, bà con mau chứa nước."
NEARLY = "Tin nội bộ cho hay từ thứ hai tới nhà máy nước Nậm Pha ngừng cấp nước ba ngày, bà con nhớ chứa nước!"
OTHER = "Chiều nay đội bóng của công ty may thắng hai không, cả phân xưởng kéo nhau ra sân hò reo ầm ĩ."
OTHER_PICTURE = FINGERPRINT[:1] + b"\xf0" * 96
NOTICE = "Nhà máy nước Nậm Pha: không có kế hoạch ngừng cấp nước, thông tin lan truyền là sai."


@dataclass(frozen=True)
class Board:
    """Posts of several sources, and what is found among them."""

    database: Database
    clock: FakeClock
    matcher: Matcher

    def store(self, source: str = "forum", *, age: timedelta = timedelta(), **texts: str) -> None:
        """Store posts by name, collected some time ago; `newspaper` is the one reference source."""
        with self.database.changes() as session:
            place = session.scalar(select(Source).where(Source.name == source))
            place = place or add_source(session, source, role="reference" if source == "newspaper" else "monitored")
            at = self.clock.now() - age
            posts.record(session, place.id, [make_post(name, text, collected_at=at) for name, text in texts.items()])

    def store_claim(self, *, text: str = RUMOUR, label: str = "unverified") -> None:
        """Store a claim as it stands after scoring, with an open flag."""
        self.store(claim=text)
        with self.database.changes() as session:
            add_flag(session, session.scalars(select(Post)).one(), label)

    def show(self, fingerprint: bytes = FINGERPRINT, **words: str) -> None:
        """Let posts show a picture, by name with the words that were read in it."""
        with self.database.changes() as session:
            for name, text in words.items():
                post = session.scalars(select(Post).where(Post.external_id == name)).one()
                add_picture(session, post, text, fingerprint=fingerprint)

    def clusters(self) -> dict[str, int | None]:
        with self.database.work() as session:
            return dict(session.execute(select(Post.external_id, Post.cluster_id)).all())

    def evidence(self) -> list[tuple[str, str, str]]:
        with self.database.work() as session:
            rows = session.scalars(select(Evidence)).all()
            name = {post.id: post.external_id for post in session.scalars(select(Post))}
            return [(name[row.post_id], name[row.reference_id], row.state) for row in rows]


@pytest.fixture
def board(sqlite_database: Database, clock: FakeClock) -> Board:
    return Board(sqlite_database, clock, Matcher(sqlite_database, clock))


def test_copies_are_found_across_sources_and_nothing_else_is_tied_to_them(board: Board) -> None:
    board.store(rumour=RUMOUR, other=OTHER)
    board.store("network", copy=NEARLY, same=RUMOUR)
    told: list[int] = []
    result = board.matcher.run(told.append)

    assert (result.compared, result.copies, told) == (4, 2, [4])
    found = board.clusters()
    assert found["rumour"] == found["copy"] == found["same"] is not None
    assert found["other"] is None
    with board.database.work() as session:
        assert session.scalar(select(func.count()).select_from(Cluster)) == 1
    again = board.matcher.run()
    assert (again.compared, again.copies) == (0, 0)


@pytest.mark.parametrize("text", ["", "Mất nước rồi!", "Đúng quá bạn ơi"])
def test_short_texts_are_never_copies_also_when_they_are_equal(board: Board, text: str) -> None:
    board.store(one=text, two=text, three=text)
    result = board.matcher.run()
    assert (result.compared, result.copies) == (3, 0)
    assert set(board.clusters().values()) == {None}
    with board.database.work() as session:
        assert session.scalar(select(func.count()).select_from(PostBand)) == 0
        assert session.scalars(select(Post.indexed)).all() == [True] * 3
    assert board.matcher.run().compared == 0  # they are not looked at again and again


def test_more_posts_than_one_batch_are_all_compared(board: Board) -> None:
    board.store(**{str(n): f"{n} {OTHER} {n * 7919}" for n in range(BATCH + 3)})
    told: list[int] = []
    assert board.matcher.run(told.append).compared == BATCH + 3
    assert told == [BATCH, BATCH + 3]


def test_a_post_that_was_edited_is_compared_anew(board: Board) -> None:
    board.store(rumour=RUMOUR, later=OTHER)
    assert board.matcher.run().copies == 0
    board.store(later=NEARLY)
    result = board.matcher.run()
    assert (result.compared, result.copies) == (1, 1)
    found = board.clusters()
    assert found["later"] == found["rumour"] is not None


def test_evidence_for_an_open_claim_comes_from_reference_sources_only(board: Board) -> None:
    board.store_claim()
    board.store("newspaper", notice=NOTICE, football=OTHER)
    board.store("network", talk=NOTICE)
    assert board.matcher.run().claims_with_evidence == 1
    assert board.evidence() == [("claim", "notice", "suggested")]
    assert board.matcher.run().claims_with_evidence == 0
    assert len(board.evidence()) == 1


def test_a_report_that_comes_within_two_days_is_found_and_later_ones_are_not(board: Board) -> None:
    board.store_claim()
    assert board.matcher.run().claims_with_evidence == 0

    def found_after_twenty_hours(**report: str) -> list[str]:
        board.clock.advance(timedelta(hours=20))
        board.store("newspaper", **report)
        board.matcher.run()
        return [name for _, name, _ in board.evidence()]

    assert found_after_twenty_hours(report=RUMOUR) == ["report"]
    with board.database.work() as session:
        assert session.scalars(select(Flag.priority)).one() == -1
    assert found_after_twenty_hours(notice=NOTICE) == ["report", "notice"]
    assert "late" not in found_after_twenty_hours(late=f"{NOTICE} Nhà máy nước Nậm Pha xin thông báo.")


def test_evidence_is_looked_for_anew_when_a_claim_was_edited(board: Board) -> None:
    board.store_claim(text=OTHER)
    board.store("newspaper", notice=NOTICE)
    assert board.matcher.run().claims_with_evidence == 0
    board.store(claim=RUMOUR)
    with board.database.changes() as session:
        flags.open_flags(session, 1, [make_flag(session.get_one(Post, 1), "unverified")], MONDAY_MORNING)
    assert board.matcher.run().claims_with_evidence == 1
    assert board.evidence() == [("claim", "notice", "suggested")]


@pytest.mark.parametrize("why", ["other label", "decided", "old reference"])
def test_no_evidence_is_looked_for_where_none_is_wanted(board: Board, why: str) -> None:
    board.store_claim(label="concern" if why == "other label" else "unverified")
    age = WINDOW + timedelta(days=1) if why == "old reference" else timedelta()
    board.store("newspaper", age=age, notice=NOTICE)
    if why == "decided":
        with board.database.changes() as session:
            session.scalars(select(Flag)).one().state = "confirmed"
    assert board.matcher.run().claims_with_evidence == 0
    assert board.evidence() == []


def test_a_correction_is_no_copy_of_the_rumour_that_it_quotes(board: Board) -> None:
    correction = f"Tin giả, bà con đừng chia sẻ: “{RUMOUR}”"
    board.store(rumour=RUMOUR, correction=correction, comment=f"Có thật không mọi người?\n“{RUMOUR}”")
    assert board.matcher.run().copies == 1
    found = board.clusters()
    assert found["rumour"] == found["comment"] is not None
    assert found["correction"] is None


def test_posts_with_the_same_picture_are_copies_whatever_their_captions_say(board: Board) -> None:
    board.store(first="Xem đi bà con ơi", second="Ai biết chuyện này không", denial="Tin giả đó, đừng tin nha")
    board.store(other="Ảnh khác hẳn mọi người nhé")
    board.show(first="", second="", denial="")
    board.show(OTHER_PICTURE, other="")
    board.matcher.run()
    found = board.clusters()
    assert found["first"] == found["second"] is not None
    assert found["denial"] is found["other"] is None


def test_by_a_picture_a_post_joins_only_those_who_all_share_it_or_the_text(board: Board) -> None:
    board.store(shown=OTHER, captioned="Xem đi bà con ơi")
    board.show(shown="", captioned="")
    board.store("network", text_alone=OTHER, late="Ảnh gì lạ quá trời")
    board.show(OTHER_PICTURE, text_alone="", late="")
    board.matcher.run()
    found = board.clusters()
    assert found["shown"] == found["captioned"] == found["text_alone"] is not None
    assert found["late"] is None
