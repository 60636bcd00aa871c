"""Label Studio: flags go out masked, annotations come back as decisions, and nothing else changes."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from monitor.errors import ImportRefused
from monitor.learning.label_studio import DecisionImport, Imported, configuration, read_tasks, tasks
from monitor.privacy.masks.mask import mask_personal
from storage.accounts import users
from storage.database import Database
from storage.models import AuditEvent, Flag, Review
from storage.review import flags, reviews
from storage.review.decisions import choices
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source, add_user


@pytest.fixture
def lan(sqlite_database: Database) -> int:
    """Store five open flags and two accounts; give the number of one."""
    with sqlite_database.work() as session:
        number = add_user(session, "lan").id
        add_user(session, "hùng")
        source = add_source(session)
        for index, label in enumerate(("unverified", "concern", "negative", "concern", "unverified")):
            text = f"Bài {index}: gọi chị Nguyễn Thị Lan 0912 345 678"
            add_flag(session, add_post(session, source, str(index), text=text, title="Hỏi @lan.nguyen"), label)
        session.commit()
    return number


def exported(database: Database, state: str | None = "open", label: str | None = None) -> list[Any]:
    with database.work() as session:
        # As it comes back from the file
        return list(json.loads(json.dumps(list(tasks(session, mask_personal, state=state, label=label)))))


def annotate(task: dict[str, Any], decision: str, *, note: str = "", link: str = "") -> dict[str, Any]:
    """Answer a task as Label Studio exports it."""
    result = [{"from_name": "decision", "to_name": "text", "type": "choices", "value": {"choices": [decision]}}]
    if note:
        result.append({"from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": [note]}})
    if link:
        result.append({"from_name": "evidence", "to_name": "text", "type": "textarea", "value": {"text": [link]}})
    annotation = {"id": 7, "completed_by": {"email": "x@example.vn"}, "was_cancelled": False, "result": result}
    return {**task, "annotations": [*task["annotations"], annotation]}


def states(database: Database) -> list[str]:
    with database.work() as session:
        return list(session.scalars(select(Flag.state).order_by(Flag.id)))


def test_tasks_hold_no_personal_data_and_no_account(sqlite_database: Database, clock: FakeClock, lan: int) -> None:
    with sqlite_database.work() as session:
        note, links = "hỏi anh Trần Văn Bình", ["https://www.facebook.com/binh.tran.99", "https://bao.example/1"]
        flag, now = flags.by_id(session, 2), clock.now()
        reviews.decide(session, flag, reviewer_id=lan, decision="yes", note=note, now=now, evidence=links)
        session.commit()
    found = exported(sqlite_database, None)
    text = json.dumps(found, ensure_ascii=False)
    for hidden in ("Nguyễn Thị Lan", "0912", "lan.nguyen", "Trần Văn Bình", "binh.tran", '"lan"'):
        assert hidden not in text
    assert "https://bao.example/1" in text
    assert found[0]["data"] == {
        "flag_id": 1,
        "revision": 0,
        "label": "unverified",
        "source": "forum",
        "text": "Hỏi [tài khoản]\nBài 0: gọi chị [tên] [số điện thoại]",
        "context": "",
    }
    assert [task["annotations"][0]["completed_by"] for task in found if task["annotations"]] == [1]
    assert [task["data"]["flag_id"] for task in exported(sqlite_database)] == [1, 3, 4, 5]
    assert [task["data"]["flag_id"] for task in exported(sqlite_database, label="concern")] == [4]


def test_annotations_become_decisions_of_the_named_account(
    sqlite_database: Database, clock: FakeClock, lan: int
) -> None:
    one, two, three, four, _ = exported(sqlite_database)
    answered = [
        annotate(one, "refuted", link="https://bao.example/1", note="đã đính chính"),
        annotate(two, "yes"),
        annotate(three, "no"),
        annotate(four, "unsure"),
    ]
    done = DecisionImport(sqlite_database, clock, lan).run(answered)
    assert done == Imported(4, {})
    assert states(sqlite_database) == ["confirmed", "confirmed", "rejected", "unsure", "open"]
    with sqlite_database.work() as session:
        first = session.scalars(select(Review).order_by(Review.id)).first()
        assert first is not None
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "decision")).all()
    assert (first.reviewer_id, first.note, first.evidence) == (lan, "đã đính chính", ["https://bao.example/1"])
    assert {event.detail["import"] for event in events} == {"label-studio"}


def test_decisions_make_the_round_trip(sqlite_database: Database, clock: FakeClock, lan: int) -> None:
    given_decisions = {
        1: ("not_a_claim", []),
        2: ("yes", []),
        3: ("no", []),
        4: ("unsure", []),
        5: ("supported", ["https://e.vn/1"]),
    }
    with sqlite_database.work() as session:
        for number, (decision, links) in given_decisions.items():
            flag = flags.by_id(session, number)
            reviews.decide(
                session,
                flag,
                reviewer_id=lan,
                decision=decision,
                note=f"ghi chú {number}",
                now=clock.now(),
                evidence=links,
            )
        session.commit()
    before = states(sqlite_database)
    out = exported(sqlite_database, None)
    with sqlite_database.work() as session:
        for review in session.scalars(select(Review).order_by(Review.id)).all():
            reviews.undo(session, review, reviewer_id=lan, now=clock.now())
        session.commit()
    assert states(sqlite_database) == ["open"] * 5
    with sqlite_database.work() as session:
        hung = users.by_name(session, "hùng").id
    assert DecisionImport(sqlite_database, clock, hung).run(out) == Imported(5, {})
    assert states(sqlite_database) == before
    again = exported(sqlite_database, None)
    for first, second in zip(out, again, strict=True):
        assert first["annotations"][0]["result"] == second["annotations"][0]["result"]


def test_what_cannot_be_decided_is_counted_with_its_reason(
    sqlite_database: Database, clock: FakeClock, lan: int
) -> None:
    one, two, three, four, five = exported(sqlite_database)
    with sqlite_database.work() as session:
        flags.lease(session, 5, owner="user:99", now=clock.now(), until=clock.now().replace(hour=23))
        reviews.decide(session, flags.by_id(session, 4), reviewer_id=lan, decision="no", note="", now=clock.now())
        session.commit()
    cancelled = annotate(two, "yes")
    cancelled["annotations"][0]["was_cancelled"] = True
    answered = [
        annotate(one, "supported"),
        annotate(annotate(two, "yes"), "no"),
        cancelled,
        annotate(three, "refuted", link="https://e.vn"),
        annotate(four, "yes"),
        annotate(five, "no_source"),
        annotate({**three, "data": {**three["data"], "revision": 1}}, "yes"),
        annotate({**three, "data": {**three["data"], "flag_id": 77}}, "yes"),
        {"data": {"text": "of another project"}},
        "nothing",
    ]
    done = DecisionImport(sqlite_database, clock, lan).run(answered)
    assert done.decided == 0
    assert done.skipped == {
        "a link is missing": 1,
        "annotators differ": 1,
        "no annotation": 1,
        "no decision on this label": 1,
        "the flag is decided already": 1,
        "somebody is looking at the flag": 1,
        "the post was edited since": 1,
        "the flag is gone": 1,
        "no task of this program": 2,
    }
    assert states(sqlite_database) == ["open", "open", "open", "rejected", "open"]


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example\\@bo-y-te.example/",  # a browser opens the first host, a report would name the second
        "https://",
        "https://a.example/\u202ecod.exe",
        "https://a.example/ b",
        "https://a.example/" + "x" * 2_000,
        "javascript:alert(1)",
    ],
)
def test_a_hostile_link_is_no_evidence(sqlite_database: Database, clock: FakeClock, lan: int, link: str) -> None:
    task = exported(sqlite_database, label="unverified")[0]
    done = DecisionImport(sqlite_database, clock, lan).run([annotate(task, "refuted", link=link)])
    assert done == Imported(0, {"a link is missing": 1})


@pytest.mark.parametrize("unstorable", ["\x00", "\ud800"])
def test_characters_that_no_database_keeps_stop_no_decision(
    sqlite_database: Database, clock: FakeClock, lan: int, unstorable: str
) -> None:
    one, two, *_ = exported(sqlite_database)
    written = annotate(one, "refuted", note=f"sai{unstorable} rồi", link=f"https://bao.example/{unstorable}1")
    assert DecisionImport(sqlite_database, clock, lan).run([written, annotate(two, "yes")]) == Imported(2, {})
    with sqlite_database.work() as session:
        first = session.scalars(select(Review).order_by(Review.id)).first()
    kept = unstorable.replace("\x00", "").replace("\ud800", "?")
    assert first is not None
    assert (first.note, first.evidence) == (f"sai{kept} rồi", [f"https://bao.example/{kept}1"])


def test_a_dry_run_decides_nothing_and_a_second_import_nothing_more(
    sqlite_database: Database, clock: FakeClock, lan: int
) -> None:
    answered = [annotate(task, "unsure") for task in exported(sqlite_database)]
    importing = DecisionImport(sqlite_database, clock, lan)
    assert importing.run(answered, dry_run=True).decided == 5
    assert states(sqlite_database) == ["open"] * 5
    assert importing.run(answered).decided == 5
    assert importing.run(answered) == Imported(0, {"the flag is decided already": 5})


def test_the_configuration_offers_every_decision() -> None:
    offered = re.findall(r'<Choice value="([^"]+)"/>', configuration())
    assert set(offered) == {*choices("unverified"), *choices("concern"), *choices("negative")}
    assert len(offered) == len(set(offered))


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[" * 100_000, b'"x"'])
def test_a_file_that_is_no_export_is_refused(content: bytes) -> None:
    with pytest.raises(ImportRefused, match="take the export `JSON` of Label Studio"):
        read_tasks(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["data", "annotations", "result", "value", "flag_id", "revision", "label", "choices", "from_name"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.lists(JSON, max_size=3))
def test_anything_in_the_list_is_counted_and_nothing_fails(sqlite_template: Any, found: list[Any]) -> None:
    with Database(f"sqlite:///{sqlite_template}") as database:
        done = DecisionImport(database, FakeClock(), 1).run(found, dry_run=True)
    assert done.decided + sum(done.skipped.values()) == len(found)
