"""Decisions that a program carries in the name of its account, and the cases that they open."""

import pytest
from sqlalchemy import select

from storage.accounts import users
from storage.models import AuditEvent, Case, Review
from storage.review import cases, flags
from tests.monitor.desk.api.client import Program, is_problem
from tests.monitor.desk.world import World


def test_a_decision_belongs_to_the_account_of_the_key(program: Program, world: World) -> None:
    flag_id = world.flag()
    sent = {"decision": "no", "seen": "0.0", "note": "hỏi chị Nguyễn Thị Lan", "evidence": ["https://e.example/1"]}
    response = program.post(f"/flags/{flag_id}/decisions", sent)
    assert response.status_code == 201
    assert response.json() == {
        "id": 1,
        "decision": "no",
        "note": "hỏi chị [tên]",
        "evidence": ["https://e.example/1"],
        "revision": 0,
        "decided_at": "2026-11-16T02:00:00Z",
    }
    flag = program.data(f"/flags/{flag_id}")
    assert (flag["state"], flag["seen"]) == ("rejected", "0.1")
    assert flag["decisions"] == [response.json()]
    with world.rows() as session:
        review = session.scalars(select(Review)).one()
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "decision")).one()
        assert review.reviewer_id == event.user_id == users.by_name(session, "lan").id
    assert review.note == "hỏi chị Nguyễn Thị Lan"
    assert event.detail == {"decision": "no", "review": 1, "copies": 0, "key": "dashboard"}


@pytest.mark.parametrize(
    ("label", "sent", "said"),
    [
        ("concern", {"decision": "refuted"}, "a flag of concern takes yes, no, unsure or reopened"),
        ("unverified", {"decision": "refuted"}, "needs a link in `evidence`"),
        ("concern", {"decision": "confirmed"}, "see `errors`"),
        ("concern", {"decision": "yes", "evidence": ["javascript:alert(1)"]}, "see `errors`"),
        ("unverified", {"decision": "refuted", "evidence": ["https://?evil.example"]}, "is no web address"),
        ("concern", {"decision": "yes", "who": "lan"}, "see `errors`"),
        ("concern", {"decision": "yes", "topic": "Nợ lương"}, "see `errors`"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(
    program: Program, world: World, label: str, sent: dict[str, object], said: str
) -> None:
    flag_id = world.flag(label=label)
    # What the published schema cannot say is a conflict with the flag.
    status = 422 if "errors" in said else 409
    assert said in is_problem(program.post(f"/flags/{flag_id}/decisions", sent | {"seen": "0.0"}), status)
    assert program.data(f"/flags/{flag_id}")["state"] == "open"


def test_what_changed_meanwhile_is_read_again_first(program: Program, world: World) -> None:
    path = f"/flags/{world.flag()}/decisions"
    assert program.post(path, {"decision": "yes", "seen": "0.0"}).status_code == 201
    assert "read it again" in is_problem(program.post(path, {"decision": "no", "seen": "0.0"}), 409)
    assert "reopen it before" in is_problem(program.post(path, {"decision": "no", "seen": "0.1"}), 409)
    assert program.post(path, {"decision": "reopened", "seen": "0.1"}).status_code == 201
    assert program.post(path, {"decision": "no", "seen": "0.2"}).status_code == 201


def test_a_flag_that_somebody_is_looking_at_is_left_to_them(program: Program, world: World) -> None:
    flag_id = world.flag()
    with world.rows() as session:
        hung = users.by_name(session, "hùng").id
        now = world.now
        flags.lease(session, flag_id, owner=f"user:{hung}", now=now, until=world.clock.advance(60))
    response = program.post(f"/flags/{flag_id}/decisions", {"decision": "yes", "seen": "0.0"})
    assert "another person is looking" in is_problem(response, 409)


def test_a_confirmed_concern_is_a_case_that_is_followed(program: Program, world: World) -> None:
    for topic, place in (("wages", "Thủ Đức"), ("heat", "nhà chị Nguyễn Thị Lan")):
        sent = {"decision": "yes", "seen": "0.0", "topic": topic, "place": place}
        assert program.post(f"/flags/{world.flag()}/decisions", sent).status_code == 201
    listed = program.every_page("/cases", limit=1)
    assert [(case["topic"], case["place"], case["state"]) for case in listed] == [
        ("heat", "nhà chị [tên]", "open"),
        ("wages", "Thủ Đức", "open"),
    ]
    with world.rows() as session:
        case = session.get_one(Case, listed[1]["id"])
        step = cases.Step(kind="passed", note="gọi 0912 345 678", passed_to="Công đoàn khu công nghiệp")
        cases.take_step(session, case, step, user_id=users.by_name(session, "lan").id, now=world.now)
    found = program.data(f"/cases/{case.id}")
    assert [event["kind"] for event in found["events"]] == ["opened", "passed"]
    assert found["events"][1]["note"] == "gọi [số điện thoại]"
    assert [row["id"] for row in program.data("/cases", state="passed", topic="wages")["items"]] == [case.id]
    is_problem(program.get("/cases/99"), 404)
