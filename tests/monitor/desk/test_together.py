"""Undo, copies decided together, and quotes for the summary, as a reviewer does them."""

import pytest
from sqlalchemy import select

from storage.models import Review
from storage.review import flags, matters, quote_choices
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.world import World


def press(person: Browser, path: str, action: str, **values: str) -> str:
    """Send a form that stands on a page; gives where it leads."""
    response = person.send(action, path, **values)
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


@pytest.fixture
def copies(world: World) -> list[int]:
    """Store three copies of one concern, each flagged."""
    numbers = [world.flag("Công ty nợ lương hai tháng ở Phường Dĩ An") for _ in range(3)]
    world.join(*numbers)
    return numbers


def test_undo_takes_the_last_decision_back_and_returns_to_its_post(lan: Browser, world: World) -> None:
    first, second = world.flag(probability=0.9), world.flag(probability=0.8)
    lan.decide(first, "no")
    assert press(lan, f"/flags/{second}", "/undo") == f"/flags/{first}"
    page = lan.page(f"/flags/{first}")
    assert "Đã rút lại 1 quyết định." in text_of(page, ".notice.good")
    assert "Rút lại quyết định" in text_of(page, ".history")
    assert world.states(first) == ["open"]
    assert press(lan, f"/flags/{second}", "/undo") == "/", "nothing is left to take back"
    assert world.event("undo")
    with world.rows() as session:
        assert session.scalars(select(Review.decision).order_by(Review.id)).all() == ["no", "withdrawn"]


def test_a_button_that_is_pressed_twice_takes_back_one_decision(lan: Browser, world: World) -> None:
    first, second = world.flag(probability=0.9), world.flag(probability=0.8)
    for number in (first, second):
        lan.decide(number, "no")
    twice = lan.fields(f"/flags/{second}", "/undo")
    assert [lan.post("/undo", twice).headers["location"] for _ in range(2)] == [f"/flags/{second}", "/"]
    assert world.states(first, second) == ["rejected", "open"]


@pytest.mark.parametrize(("view", "page"), [("label=today", "/"), ("label=concern", "/queue/empty?label=concern")])
def test_the_last_decision_of_all_is_taken_back_where_it_led(lan: Browser, world: World, view: str, page: str) -> None:
    number = world.flag()
    answer = lan.decide(number, "no", view=view)
    assert answer.headers["location"] == page
    assert press(lan, page, "/undo") == f"/flags/{number}?{view}"
    assert world.states(number) == ["open"]


def test_copies_are_listed_and_decided_together_and_taken_back_together(
    lan: Browser, copies: list[int], world: World
) -> None:
    first, second, third = copies
    page = lan.page(f"/flags/{first}")
    (box,) = page.select("input[name=copies]")
    assert (box["value"], box["data-key"]) == (f"{second},{third}", "a")
    assert lan.decide(first, "yes", copies=str(box["value"]), topic="wages", place="Dĩ An").status_code == 303
    assert world.states(*copies) == ["confirmed"] * 3
    with world.rows() as session:
        (matter,) = matters.listed(session)
        assert (matter.topic, matter.place) == ("wages", "Dĩ An")
        assert len(matters.posts_of(session, matter.id)) == 3
    assert "lan đã ghi “Đúng”" in lan.page(f"/flags/{second}").get_text()
    press(lan, f"/flags/{first}", "/undo")
    assert world.states(*copies) == ["open"] * 3


def test_only_copies_that_were_listed_and_are_free_are_decided(
    lan: Browser, hung: Browser, copies: list[int], world: World
) -> None:
    first, second, third = copies
    world.flag("Mất nước cả xóm trọ ba ngày nay, không ai trả lời", probability=0.99)  # what Lan is given next
    hung.claim(third)
    lan.decide(first, "no", copies=f"{third},{first},999")
    assert world.states(*copies) == ["rejected", "open", "open"]
    with world.rows() as session:
        assert flags.by_id(session, second).lease_owner is None, "who decides about others keeps it for nobody"
    assert lan.decide(second, "no", copies="1;2").status_code == 422


def test_a_concern_suggests_its_topic_and_place(lan: Browser, copies: list[int]) -> None:
    page = lan.page(f"/flags/{copies[0]}")
    assert [chosen["value"] for chosen in page.select("#topic option[selected]:first-child")] == ["wages"]
    assert "Dĩ An" in str(page.select("#place")[0]["value"])


def test_a_post_is_chosen_for_the_report_and_taken_out_again(lan: Browser, world: World) -> None:
    number = world.flag()
    for expected in (True, False):
        press(lan, f"/flags/{number}", f"/flags/{number}/quote")
        with world.rows() as session:
            assert quote_choices.is_chosen(session, flags.by_id(session, number)) is expected


def test_previous_leads_back_through_what_was_shown(lan: Browser, world: World) -> None:
    first, second, third = (world.flag() for _ in range(3))
    for number in (first, second, third):
        lan.page(f"/flags/{number}")
    for number, before in ((third, second), (second, first)):
        links = lan.page(f"/flags/{number}").select("a[data-key=p]")
        assert [link["href"] for link in links] == [f"/flags/{before}"]


def test_who_signs_in_again_is_back_where_the_form_stood(anonymous: Browser) -> None:
    address = "http://127.0.0.1:8000/flags/7?label=concern"
    refused = anonymous.client.post("/flags/7/decisions", data={"decision": "no"}, headers={"referer": address})
    assert refused.headers["location"] == "/login?next=/flags/7%3Flabel%3Dconcern"
    fields = anonymous.page(str(refused.headers["location"])).select("input[name=next]")
    assert [field["value"] for field in fields] == ["/flags/7?label=concern"]
    assert anonymous.page("/login?next=//bad.example/%3Fx").select_one("input[name=next]") is not None
