"""Decisions that a program carries in the name of its account, and the matters that they open."""

import pytest
from sqlalchemy import select

from storage.accounts import users
from storage.models import AuditEvent, Matter, Review
from storage.review import flags, matter_steps
from storage.review.matter_steps import Step
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


def test_a_confirmed_concern_is_a_matter_that_is_followed(program: Program, world: World) -> None:
    for topic, place, text in (("wages", "Thủ Đức", "Nợ lương"), ("heat", "nhà chị Nguyễn Thị Lan", "Xưởng nóng")):
        sent = {"decision": "yes", "seen": "0.0", "topic": topic, "place": place, "sentence": f"{text} ở {place}"}
        assert program.post(f"/flags/{world.flag(text)}/decisions", sent).status_code == 201
    listed = program.every_page("/matters", limit=1)
    assert [(row["kind"], row["topic"], row["place"], row["sentence"], row["state"]) for row in listed] == [
        ("grievance", "heat", "nhà chị [tên]", "Xưởng nóng ở nhà chị [tên]", "open"),
        ("grievance", "wages", "Thủ Đức", "Nợ lương ở Thủ Đức", "open"),
    ]
    with world.rows() as session:
        matter = session.get_one(Matter, listed[1]["id"])
        step = Step(kind="passed", note="gọi 0912 345 678", passed_to="Công đoàn khu công nghiệp")
        matter_steps.take_step(session, matter, step, user_id=users.by_name(session, "lan").id, now=world.now)
    found = program.data(f"/matters/{matter.id}")
    assert [event["kind"] for event in found["events"]] == ["opened", "passed"]
    assert found["events"][1]["note"] == "gọi [số điện thoại]"
    assert (found["posts"], found["publishers"]) == (1, 1)
    for query, numbers in (
        ({"state": "passed", "topic": "wages"}, [matter.id]),
        ({"kind": "grievance"}, [2, 1]),
        ({"kind": "rumour"}, []),
    ):
        assert [row["id"] for row in program.data("/matters", **query)["items"]] == numbers
    is_problem(program.get("/matters/99"), 404)


def test_a_program_joins_a_matter_and_is_told_of_a_verdict_that_differs(program: Program, world: World) -> None:
    first, second, third = (world.flag(f"Mai ngân hàng đóng cửa {each}", label="unverified") for each in "abc")
    refuted = {"decision": "refuted", "seen": "0.0", "evidence": ["https://bao.example.vn/1"]}
    assert program.post(f"/flags/{first}/decisions", refuted).status_code == 201
    assert program.post(f"/flags/{second}/decisions", refuted | {"matter": 1}).status_code == 201
    unsourced = {"decision": "no_source", "seen": "0.0", "matter": 1}
    path = f"/flags/{third}/decisions"
    assert "was judged otherwise" in is_problem(program.post(path, unsourced), 409)
    assert program.post(path, unsourced | {"otherwise": "verdict"}).status_code == 201
    assert program.data("/matters/1")["verdict"] == "no_source"
    assert [post["id"] for post in program.data("/matters/1/posts")["items"]] == [3, 2, 1]
    is_problem(program.post(f"/flags/{world.flag()}/decisions", {"decision": "yes", "seen": "0.0", "matter": 99}), 404)
