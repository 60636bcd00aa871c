"""A home of the first release is carried over: cases, confirmed claims and corrections become matters."""

import pytest
from sqlalchemy import inspect, select, text

from storage.database import Database
from storage.errors import StorageError
from storage.figures import report_matters
from storage.figures.report_counts import Period
from storage.models import Correction, Matter, Report, Review, Threshold
from storage.review import corrections, matter_log, matter_steps, matters, reviews
from tests.clock import MONDAY_MORNING as NOW
from tests.storage.first_release import DAY, HOUR, first_release, three_cases, whole_home

LAST_WEEK, THIS_WEEK = Period(NOW - 7 * DAY, NOW), Period(NOW, NOW + 7 * DAY)


def matter(database: Database, number: int) -> Matter:
    with database.work() as session:
        return matters.by_id(session, number)


def history(database: Database, number: int) -> list[str]:
    with database.work() as session:
        return [each.kind for each, _ in matters.events_of(session, number)]


def posts(database: Database, number: int) -> dict[int | None, tuple[str, bool]]:
    """Return role, and whether it counts, of the posts that belong to a matter."""
    with database.work() as session:
        return {row.post_id: (row.role, row.counted) for row, _ in matters.posts_of(session, number)}


def standing(database: Database) -> list[Matter]:
    with database.work() as session:
        return list(session.scalars(select(Matter).where(Matter.state.in_(matters.STATES)).order_by(Matter.id)))


def test_a_case_keeps_its_number_its_history_and_its_posts(old: Database, new: Database) -> None:
    with first_release(old) as home:
        first, second, third = home.copies(3)
        home.add("sources", name="other feed", address="https://forum.example.vn/second.xml")
        again = home.post(
            source_id=2, cluster_id=1, content_hash=f"{1:064}", published_at=None, collected_at=NOW - HOUR
        )
        an = home.add("users", name="an")
        steps = (
            {"kind": "described", "place": "Xưởng 2", "follower_id": an, "back_at": NOW + DAY, "at": NOW + HOUR},
            {"kind": "passed", "passed_to": "Ban Chính sách", "note": "gấp", "at": NOW + 2 * HOUR},
        )
        number = home.case(second, *steps, summary="Xưởng nóng 40 độ", place="Xưởng 1")
        home.add("flags", post_id=first, summary="câu khác", state="open")
    new.upgrade()
    assert new.differences() == []
    found = matter(new, number)
    assert (found.kind, found.label, found.state, found.sentence) == (
        "grievance",
        "concern",
        "passed",
        "Xưởng nóng 40 độ",
    )
    assert (found.topic, found.place, found.follower_id, found.back_at) == ("heat", "Xưởng 2", an, NOW + DAY)
    assert (found.opened_by, found.opened_at, found.changed_at, found.version) == (1, NOW, NOW + 2 * HOUR, 3)
    assert (found.counts_at, found.first_at, found.last_at) == (NOW - DAY + HOUR, NOW - DAY, NOW - HOUR)
    assert history(new, number) == ["opened", "described", "passed"]
    assert posts(new, number) == {
        first: ("copy", True),
        second: ("first", True),
        third: ("copy", True),
        again: ("copy", False),  # the text that its site has already
    }
    with new.work() as session:
        (row,) = report_matters.matters_of(session, LAST_WEEK, "grievance")
        assert (row.number, row.passed_to, row.reach) == (number, "Ban Chính sách", matters.Reach(3, 1, NOW - DAY))
        assert report_matters.matters_of(session, THIS_WEEK, "grievance") == []


def test_cases_that_hold_copies_of_one_post_are_merged_into_the_first(old: Database, new: Database) -> None:
    with first_release(old) as home:
        one, two, three = three_cases(home)
    new.upgrade()
    assert [(found.id, found.state) for found in standing(new)] == [(one, "passed")]
    assert history(new, one) == ["opened", "settled", "joined", "reopened", "joined", "passed"]
    assert list(posts(new, one).values()) == [("first", True), ("copy", True), ("copy", True)]
    for number in (two, three):
        merged = matter(new, number)
        assert (merged.state, merged.merged_into, posts(new, number)) == ("merged", one, {})
        assert history(new, number) == ["opened", "merged"]
    with new.work() as session:
        (row,) = report_matters.matters_of(session, LAST_WEEK, "grievance")
        assert (row.reach.posts, row.passed_to) == (3, "Ban")


def test_a_merge_can_be_undone_and_a_decision_taken_back(old: Database, new: Database) -> None:
    with first_release(old) as home:
        one, two, three = three_cases(home)
    new.upgrade()
    with new.changes() as session:
        joined = next(found for found, _ in matters.events_of(session, one) if found.other_id == two)
        matter_steps.undo(session, matters.by_id(session, one), joined.id, user_id=1, now=NOW + DAY)
    assert (matter(new, two).state, list(posts(new, two))) == ("open", [2])
    with new.changes() as session:
        reviews.undo(session, session.get_one(Review, 1), reviewer_id=1, now=NOW + DAY)
    assert list(posts(new, one)) == [3]
    assert matter(new, three).state == "merged"


@pytest.mark.parametrize(("states", "expected"), [(("settled", "settled"), "settled"), (("open", "settled"), "open")])
def test_what_was_merged_is_settled_if_all_of_it_is(
    old: Database, new: Database, states: tuple[str, str], expected: str
) -> None:
    with first_release(old) as home:
        for hours, (post, state) in enumerate(zip(home.copies(2), states, strict=True)):
            settled = [{"kind": "settled", "at": NOW + DAY}] if state == "settled" else []
            home.case(post, *settled, at=NOW + HOUR * hours)
    new.upgrade()
    assert [found.state for found in standing(new)] == [expected]
    assert history(new, 1)[-1] == ("settled" if expected == "settled" else "reopened")


def test_further_decisions_belong_to_the_case_that_they_named(old: Database, new: Database) -> None:
    with first_release(old) as home:
        first, second, third = home.copies(3)
        number = home.case(first)
        home.review(home.flag(second), case_id=number, at=NOW, batch=1)
        home.review(home.flag(third), case_id=number, at=NOW + HOUR)
    new.upgrade()
    assert history(new, number) == ["opened", "joined"]
    with new.changes() as session:
        reviews.undo(session, session.get_one(Review, 1), reviewer_id=1, now=NOW + DAY)
    assert list(posts(new, number)) == [third]


@pytest.mark.parametrize(
    ("decision", "withdraws", "expected"),
    [("withdrawn", 1, ["opened", "undone"]), ("no", None, ["opened", "split"])],
)
def test_a_withdrawn_case_has_no_posts(
    old: Database, new: Database, decision: str, withdraws: int | None, expected: list[str]
) -> None:
    with first_release(old) as home:
        post = home.copies(2)[0]
        withdrawn = {"kind": "withdrawn", "review_id": 2, "at": NOW + HOUR}
        number = home.case(post, withdrawn)
        home.review(1, decision, at=NOW + HOUR, withdraws=withdraws)
    new.upgrade()
    assert (matter(new, number).state, posts(new, number)) == ("withdrawn", {})
    assert history(new, number) == expected
    if decision == "no":
        with new.changes() as session:
            reviews.undo(session, session.get_one(Review, 2), reviewer_id=1, now=NOW + DAY)
        assert (matter(new, number).state, list(posts(new, number))) == ("open", [post])


@pytest.mark.parametrize("again", [False, True])
def test_a_restored_case_is_what_it_was(old: Database, new: Database, again: bool) -> None:
    """By a new decision, or because the one that withdrew it was taken back."""
    with first_release(old) as home:
        passed = {"kind": "passed", "passed_to": "Ban", "at": NOW + HOUR}
        withdrawn = {"kind": "withdrawn", "review_id": 2, "at": NOW + 2 * HOUR}
        restored = {"kind": "restored", "review_id": 3, "at": NOW + 3 * HOUR}
        number = home.case(home.post(), passed, withdrawn, restored, state="passed")
        home.review(1, "reopened", at=NOW + 2 * HOUR)
        back = ("yes", {"case_id": number}) if again else ("withdrawn", {"withdraws": 2})
        home.review(1, back[0], at=NOW + 3 * HOUR, **back[1])
    new.upgrade()
    assert (matter(new, number).state, list(posts(new, number))) == ("passed", [1])
    assert history(new, number) == ["opened", "passed", "split", "joined" if again else "undone"]
    with new.changes() as session:
        standing_one = reviews.newest_standing(session, 1, 0)
        assert standing_one is not None
        reviews.undo(session, standing_one, reviewer_id=1, now=NOW + DAY)
    # Of two decisions that stand the first holds the post again, though the flag is open as after that one.
    assert matter(new, number).state == ("passed" if again else "withdrawn")


def test_a_case_whose_post_was_deleted_still_counts(old: Database, new: Database) -> None:
    with first_release(old) as home:
        number = home.case(None, {"kind": "settled", "at": NOW + HOUR}, summary="câu")
    new.upgrade()
    found = matter(new, number)
    assert (found.state, found.sentence, found.counts_at, found.first_at) == ("settled", "câu", NOW, NOW)
    assert posts(new, number) == {None: ("first", True)}
    with new.work() as session:
        (row,) = report_matters.matters_of(session, THIS_WEEK, "grievance")
        assert row.reach == matters.Reach(1, 1, NOW)


def test_a_case_without_any_event_is_what_its_row_says(old: Database, new: Database) -> None:
    with first_release(old) as home:
        flag = home.flag(home.post())
        number = home.add("cases", flag_id=flag, place="Xưởng 1", follower_id=1, state="passed", changed_at=NOW + HOUR)
        home.review(flag, case_id=number)
    new.upgrade()
    found = matter(new, number)
    assert (found.state, found.topic, found.place, found.follower_id) == ("passed", "heat", "Xưởng 1", 1)
    assert (history(new, number), list(posts(new, number))) == (["opened", "passed"], [1])


def test_a_sentence_of_a_flag_goes_to_its_matter(old: Database, new: Database) -> None:
    with first_release(old) as home:
        first, second = home.copies(2)
        home.claim(first, "refuted", summary="câu cũ")
        home.claim(second, "refuted", summary="câu mới")
        post = home.post()
        home.case(post)
        home.add("flags", post_id=home.post(), summary="của bài khác")
    with old.engine.begin() as connection:
        connection.execute(text(f"UPDATE flags SET summary = 'xưởng nóng' WHERE post_id = {post}"))  # noqa: S608
    new.upgrade()
    assert [found.sentence for found in standing(new)] == ["xưởng nóng", "câu mới"]


def test_copies_of_a_confirmed_claim_are_one_rumour_with_the_newest_verdict(old: Database, new: Database) -> None:
    with first_release(old) as home:
        first, second, third = home.copies(3)
        home.claim(second, "no_source", at=NOW)
        flag = home.claim(first, "refuted", at=NOW + HOUR)
        home.claim(home.post(published_at=NOW + DAY), "no_source", at=NOW + 2 * HOUR)  # its date cannot be
        home.claim(home.post(), "not_a_claim")
        home.claim(home.post(), "no_source", origin="drawn")
        home.add("reviews", flag_id=flag, decision="refuted", withdraws=None, blind_to=2, decided_at=NOW + HOUR)
    new.upgrade()
    one, other = standing(new)
    assert (one.kind, one.label, one.verdict, one.topic) == ("rumour", "unverified", "refuted", "other")
    assert (one.opened_at, one.counts_at, one.first_at) == (NOW, NOW - DAY, NOW - DAY)
    assert history(new, one.id) == ["opened", "joined", "judged"]
    assert posts(new, one.id) == {first: ("first", True), second: ("copy", True), third: ("copy", True)}
    assert (other.verdict, other.counts_at) == ("no_source", NOW)
    with new.changes() as session:
        reviews.undo(session, session.get_one(Review, 2), reviewer_id=1, now=NOW + DAY)
    assert (matter(new, one.id).verdict, list(posts(new, one.id))) == ("no_source", [second, third])


def test_corrections_answer_the_rumours_of_their_claims(old: Database, new: Database) -> None:
    with first_release(old) as home:
        first, second = home.copies(2)
        flag = home.claim(first, "refuted")
        replaced = home.correction(flag, "replaced", "released", "replaced")
        in_force = home.correction(flag, "released", "released", at=NOW + DAY, replaces_id=replaced)
        denied = home.claim(home.post(), "not_a_claim")
        draft = home.correction(denied, "draft")
        gone = home.correction(None, "released", "released")
        withdrawn = home.correction(None, "withdrawn", "released", "withdrawn")
        after = home.correction(None, "withdrawn", "withdrawn", replaces_id=withdrawn, at=NOW + DAY)
    new.upgrade()
    with new.work() as session:
        of = {row.id: row.matter for row in session.scalars(select(Correction))}
        assert of[replaced].id == of[in_force].id
        assert of[after].id == of[withdrawn].id
        for number, state in ((in_force, "answered"), (draft, "open"), (gone, "answered"), (withdrawn, "settled")):
            assert (of[number].state, of[number].verdict) == (state, "refuted")
            assert corrections.is_refuted(of[number])
        assert {of[number].sentence for number in (draft, gone, withdrawn)} == {"Ngân hàng ngừng cho rút tiền"}
        assert (of[in_force].changed_at, of[draft].counts_at, of[gone].counts_at) == (NOW + DAY + HOUR, NOW - DAY, NOW)
    assert list(posts(new, of[in_force].id)) == [first, second]
    assert (list(posts(new, of[draft].id)), list(posts(new, of[gone].id))) == ([3], [None])
    assert history(new, of[in_force].id) == ["opened", "answered"]


def test_blind_readings_and_wished_precisions_leave_and_reports_stay(old: Database, new: Database) -> None:
    with first_release(old) as home:
        flag = home.claim(home.post(), "no_source")
        home.review(flag, "refuted", blind_to=1)
        home.add("thresholds", label="negative", aim="per_day", value=20)
        home.add("thresholds", label="concern", value=0.75)
        home.add("reports", figures={"claims": [{"flag": 1}]})
    new.upgrade()
    with new.work() as session:
        assert [review.decision for review in session.scalars(select(Review))] == ["no_source"]
        assert [(row.label, row.most_a_day) for row in session.scalars(select(Threshold))] == [("negative", 20)]
        assert session.scalars(select(Report)).one().figures == {"claims": [{"flag": 1}]}
    assert standing(new)[0].verdict == "no_source"


@pytest.mark.parametrize("table", ["matter_events", "reviews"])
def test_rows_are_only_added_afterwards_and_an_erasure_masks_them(old: Database, new: Database, table: str) -> None:
    with first_release(old) as home:
        whole_home(home)
    new.upgrade()
    masking = f"UPDATE {table} SET note = '[tên]', redacted_at = '2026-11-16 00:00:00.000000'"  # noqa: S608
    for statement in (f"UPDATE {table} SET note = 'x'", f"DELETE FROM {table}", f"{masking}, id = id + 100"):  # noqa: S608
        with pytest.raises(StorageError, match=f"rows of {table} are only ever added"), new.changes() as session:
            session.execute(text(statement))
    with new.changes() as session:
        session.execute(text(masking))


def test_the_program_derives_the_same_and_goes_on_with_it(old: Database, new: Database) -> None:
    with first_release(old) as home:
        whole_home(home)
    new.upgrade()
    with new.changes() as session:
        for found in session.scalars(select(Matter)):
            before = {each.key: getattr(found, each.key) for each in inspect(Matter).column_attrs}
            matter_log.settle(session, found)
            assert {name: getattr(found, name) for name in before} == before
            assert found.version == len(matters.events_of(session, found.id))
        rumour = session.scalars(select(Matter).where(Matter.kind == "rumour").order_by(Matter.id)).first()
        assert rumour is not None
        (_, post), *_ = matters.posts_of(session, rumour.id)
        assert post is not None
        assert matter_steps.split(session, rumour, [post], user_id=1, now=NOW + DAY) is not None
