"""Undo, copies decided together, cases of concerns, and quotes for the summary, as a reviewer does them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.models import AuditEvent, Review
from storage.review import cases, flags, quote_choices
from storage.scoring import matching
from tests.clock import FakeClock
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.conftest import FlagMaker


def press(person: Browser, path: str, action: str, **values: str) -> str:
    """Send a form that stands on a page; gives where it leads."""
    response = person.post(action, person.fields(path, action) | values)
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def states(database: Database, numbers: list[int]) -> list[str]:
    with database.work() as session:
        return [flags.by_id(session, number).state for number in numbers]


@pytest.fixture
def copies(make_flagged: FlagMaker, sqlite_database: Database, clock: FakeClock) -> list[int]:
    """Store three copies of one concern, each flagged."""
    numbers = [make_flagged("Công ty nợ lương hai tháng ở Phường Dĩ An") for _ in range(3)]
    with sqlite_database.work() as session:
        first, *others = [flags.by_id(session, number).post for number in numbers]
        for post in others:
            matching.join_cluster(session, first, post, clock.now())
        session.commit()
    return numbers


def test_undo_takes_the_last_decision_back_and_returns_to_its_post(
    lan: Browser, make_flagged: FlagMaker, sqlite_database: Database
) -> None:
    first, second = make_flagged(probability=0.9), make_flagged(probability=0.8)
    lan.decide(first, "no")
    assert press(lan, f"/flags/{second}", "/undo") == f"/flags/{first}"
    page = lan.page(f"/flags/{first}")
    assert "Đã rút lại 1 quyết định." in text_of(page, ".notice.good")
    assert "Rút lại quyết định" in text_of(page, ".history")
    assert states(sqlite_database, [first]) == ["open"]
    assert press(lan, f"/flags/{second}", "/undo") == "/", "nothing is left to take back"
    with sqlite_database.work() as session:
        assert [row.decision for row in session.scalars(select(Review).order_by(Review.id))] == ["no", "withdrawn"]
        assert len(session.scalars(select(AuditEvent).where(AuditEvent.action == "undo")).all()) == 1


def test_a_button_that_is_pressed_twice_takes_back_one_decision(
    lan: Browser, make_flagged: FlagMaker, sqlite_database: Database
) -> None:
    first, second = make_flagged(probability=0.9), make_flagged(probability=0.8)
    for number in (first, second):
        lan.decide(number, "no")
    twice = lan.fields(f"/flags/{second}", "/undo")
    assert [lan.post("/undo", twice).headers["location"] for _ in range(2)] == [f"/flags/{second}", "/"]
    assert states(sqlite_database, [first, second]) == ["rejected", "open"]


@pytest.mark.parametrize(("view", "page"), [("label=today", "/"), ("label=concern", "/queue/empty?label=concern")])
def test_the_last_decision_of_all_is_taken_back_where_it_led(
    lan: Browser, make_flagged: FlagMaker, sqlite_database: Database, view: str, page: str
) -> None:
    number = make_flagged()
    answer = lan.decide(number, "no", view=view)
    assert answer.headers["location"] == page
    assert press(lan, page, "/undo") == f"/flags/{number}?{view}"
    assert states(sqlite_database, [number]) == ["open"]


def test_copies_are_listed_and_decided_together_and_taken_back_together(
    lan: Browser, copies: list[int], sqlite_database: Database
) -> None:
    first, second, third = copies
    page = lan.page(f"/flags/{first}")
    box = page.select_one("input[name=copies]")
    assert box is not None
    assert (box["value"], box["data-key"]) == (f"{second},{third}", "a")
    assert lan.decide(first, "yes", copies=str(box["value"]), topic="wages", place="Dĩ An").status_code == 303
    assert states(sqlite_database, copies) == ["confirmed"] * 3
    with sqlite_database.work() as session:
        (case,) = cases.listed(session)
        assert (case.topic, case.place) == ("wages", "Dĩ An")
    assert "lan đã ghi “Đúng”" in lan.page(f"/flags/{second}").get_text()
    press(lan, f"/flags/{first}", "/undo")
    assert states(sqlite_database, copies) == ["open"] * 3


def test_only_copies_that_were_listed_and_are_free_are_decided(
    lan: Browser, hung: Browser, copies: list[int], make_flagged: FlagMaker, sqlite_database: Database
) -> None:
    first, second, third = copies
    make_flagged("Mất nước cả xóm trọ ba ngày nay, không ai trả lời", probability=0.99)  # what Lan is given next
    hung.claim(third)
    lan.decide(first, "no", copies=f"{third},{first},999")
    assert states(sqlite_database, copies) == ["rejected", "open", "open"]
    with sqlite_database.work() as session:
        assert flags.by_id(session, second).lease_owner is None, "who decides about others keeps it for nobody"
    assert lan.decide(second, "no", copies="1;2").status_code == 422


def test_a_concern_suggests_its_topic_and_place(lan: Browser, copies: list[int]) -> None:
    page = lan.page(f"/flags/{copies[0]}")
    chosen = page.select_one("#topic option[selected]")
    assert chosen is not None
    assert chosen["value"] == "wages"
    place = page.select_one("#place")
    assert place is not None
    assert "Dĩ An" in str(place["value"])


def test_a_case_is_worked_on_until_it_is_settled(
    lan: Browser, copies: list[int], sqlite_database: Database, clock: FakeClock
) -> None:
    lan.decide(copies[0], "yes", topic="wages")
    assert "1 hồ sơ chưa giải quyết xong" in lan.page("/cases").get_text()
    steps = "/cases/1/steps"
    assert lan.post(steps, lan.fields("/cases/1", steps) | {"kind": "passed"}).status_code == 422
    clock.advance(timedelta(minutes=1))
    press(lan, "/cases/1", steps, kind="passed", passed_to="Ban chính sách", note="đã gọi")
    press(lan, "/cases/1", steps, kind="described", topic="insurance", place="Phường Bình Hòa")
    press(lan, "/cases/1", steps, kind="settled")
    page = lan.page("/cases/1")
    assert "Ban chính sách" in text_of(page, ".history")
    assert [str(option["value"]) for option in page.select("#kind option")] == ["reopened", "noted", "described"]
    refused = lan.post(steps, lan.fields("/cases/1", steps) | {"kind": "answered"})
    assert refused.status_code == 409
    with sqlite_database.work() as session:
        case = cases.by_id(session, 1)
        assert (case.state, case.topic, case.place) == ("settled", "insurance", "Phường Bình Hòa")
    assert "Không có hồ sơ nào" in lan.page("/cases").get_text()
    assert len(lan.page("/cases?state=settled").select("li.card")) == 1


def test_somebody_follows_a_case_and_comes_back_to_it_on_a_day(
    lan: Browser, hung: Browser, make_flagged: FlagMaker, clock: FakeClock
) -> None:
    lan.decide(make_flagged(), "yes")
    lan.decide(make_flagged("Cơm ca có sâu"), "yes")
    steps = "/cases/2/steps"
    people = {option.get_text(): str(option["value"]) for option in lan.page("/cases/2").select("#follower option")}
    assert (
        lan.post(steps, lan.fields("/cases/2", steps) | {"kind": "noted", "back_on": "2026-11-16"}).status_code == 422
    )
    press(lan, "/cases/2", steps, kind="noted", follower=people["hùng"], back_on="2026-11-18")
    assert "hùng theo dõixem lại ngày 18/11/2026" in text_of(lan.page("/cases/2"), ".headline")
    assert len(hung.page("/cases?own=1").select(".queue-line")) == 1
    assert "đến ngày xem lại" not in hung.get("/").text
    clock.advance(timedelta(days=2))
    for person, due in ((lan, False), (hung, True)):
        person.sign_in("lan" if person is lan else "hùng")
        assert ("1 hồ sơ đến ngày xem lại" in person.get("/").text) is due
    assert "Cơm ca có sâu" in hung.page("/cases").select(".queue-line")[0].get_text(), "before all others"
    press(hung, "/cases/2", steps, kind="settled")
    assert "đến ngày xem lại" not in hung.get("/").text


def test_a_post_is_chosen_for_the_report_and_taken_out_again(
    lan: Browser, make_flagged: FlagMaker, sqlite_database: Database
) -> None:
    number = make_flagged()
    for expected in (True, False):
        press(lan, f"/flags/{number}", f"/flags/{number}/quote")
        with sqlite_database.work() as session:
            assert quote_choices.is_chosen(session, flags.by_id(session, number)) is expected


def test_previous_leads_back_through_what_was_shown(lan: Browser, make_flagged: FlagMaker) -> None:
    first, second, third = (make_flagged() for _ in range(3))
    for number in (first, second, third):
        lan.page(f"/flags/{number}")
    link = lan.page(f"/flags/{third}").select_one("a[data-key=p]")
    assert link is not None
    assert link["href"] == f"/flags/{second}"
    link = lan.page(f"/flags/{second}").select_one("a[data-key=p]")
    assert link is not None
    assert link["href"] == f"/flags/{first}"


def test_who_signs_in_again_is_back_where_the_form_stood(anonymous: Browser) -> None:
    address = "http://127.0.0.1:8000/flags/7?label=concern"
    refused = anonymous.client.post("/flags/7/decisions", data={"decision": "no"}, headers={"referer": address})
    assert refused.headers["location"] == "/login?next=/flags/7%3Flabel%3Dconcern"
    page = anonymous.page(str(refused.headers["location"]))
    field = page.select_one("input[name=next]")
    assert field is not None
    assert field["value"] == "/flags/7?label=concern"
    assert anonymous.page("/login?next=//bad.example/%3Fx").select_one("input[name=next]") is not None
