"""Decisions: one key, one appended row, and straight on to the next flag."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from monitor.settings.settings import Settings
from storage.database import Database
from storage.models import AuditEvent, Review
from storage.posts import posts
from storage.review import flags
from tests.clock import FakeClock
from tests.factories import make_flag, make_post
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.made_desk import make_desk
from tests.monitor.desk.world import World
from tests.walk import called_files, differences


@pytest.mark.parametrize(("decision", "state"), [("yes", "confirmed"), ("no", "rejected"), ("unsure", "unsure")])
def test_a_decision_is_recorded_and_leads_to_the_next_flag(
    lan: Browser, world: World, decision: str, state: str
) -> None:
    first, second = world.flag(probability=0.9), world.flag(probability=0.8)
    response = lan.decide(first, decision, note=" Đã hỏi\r\nxưởng ", evidence="https://bao.example.vn/1\r\n\r\n")
    assert (response.status_code, response.headers["location"]) == (303, f"/flags/{second}")
    assert "Mục này được giữ cho bạn" in lan.get(f"/flags/{second}").text
    assert world.states(first) == [state]
    with world.rows() as session:
        review = session.scalars(select(Review)).one()
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "decision")).one()
    assert (review.note, review.evidence, review.reviewer_id) == ("Đã hỏi\nxưởng", ["https://bao.example.vn/1"], 1)
    assert (event.subject, event.user_id, event.detail["decision"]) == (f"flags:{first}", 1, decision)


def test_the_next_page_says_what_was_recorded_once(lan: Browser, world: World) -> None:
    first, second = world.flag(probability=0.9), world.flag(probability=0.8)
    lan.decide(first, "no")
    assert f"Đã ghi “Không phải” cho mục {first}" in text_of(lan.page(f"/flags/{second}"), ".notice.good")
    assert lan.page(f"/flags/{second}").select_one(".notice.good") is None


def test_after_the_last_flag_comes_the_empty_page(lan: Browser, world: World) -> None:
    assert lan.decide(world.flag(), "unsure").headers["location"] == "/queue/empty"
    page = lan.page("/queue/empty")
    assert text_of(page, "h1") == "Không còn mục nào đang chờ"
    assert "Đã ghi “Chưa rõ”" in text_of(page, ".notice.good")


def test_the_label_filter_is_kept_over_a_decision(lan: Browser, world: World) -> None:
    world.flag(label="negative", probability=0.99)
    flag_id, second = (world.flag(label="concern") for _ in range(2))
    response = lan.decide(flag_id, "yes", path=f"/flags/{flag_id}?label=concern")
    assert response.headers["location"] == f"/flags/{second}?label=concern"


def test_only_the_holder_decides(lan: Browser, hung: Browser, world: World) -> None:
    flag_id = world.flag()
    lan.claim(flag_id)
    page = hung.page(f"/flags/{flag_id}")
    assert "lan đang xem mục này đến 16/11/2026 09:15" in text_of(page, ".notice.held")
    assert page.select("button.decision") == []
    refused = hung.send(f"/flags/{flag_id}/decisions", seen_state="0.0", decision="no", note="của Hùng")
    assert refused.status_code == 409
    assert "Người khác đang xem mục này" in refused.text
    assert "của Hùng" in refused.text
    assert world.count_reviews() == 0
    world.clock.advance(15 * 60 + 1)
    assert hung.decide(flag_id, "no").status_code == 303
    assert world.states(flag_id) == ["rejected"]


def test_a_page_that_was_overtaken_by_a_colleague_decides_nothing(lan: Browser, hung: Browser, world: World) -> None:
    flag_id = world.flag()
    old = lan.fields(f"/flags/{flag_id}", f"/flags/{flag_id}/decisions")
    world.clock.advance(15 * 60 + 1)
    hung.decide(flag_id, "yes")
    refused = lan.post(f"/flags/{flag_id}/decisions", old | {"decision": "no", "note": "ý của Lan"})
    assert refused.status_code == 409
    assert "Mục này vừa có thay đổi" in refused.text
    assert "ý của Lan" in refused.text
    assert world.states(flag_id) == ["confirmed"]


def test_an_edit_that_arrives_while_one_reads_is_not_decided_unseen(lan: Browser, world: World) -> None:
    flag_id = world.flag("bản cũ")
    old = lan.fields(f"/flags/{flag_id}", f"/flags/{flag_id}/decisions")
    with world.rows() as session:
        flag = flags.by_id(session, flag_id)
        posts.record(session, flag.post.source_id, [make_post(flag.post.external_id, "bản mới")])
        flags.open_flags(session, flag.model_id, [make_flag(flag.post)], world.now)
    refused = lan.post(f"/flags/{flag_id}/decisions", old | {"decision": "yes"})
    assert refused.status_code == 409
    assert "bản mới" in refused.text
    assert world.count_reviews() == 0


def test_the_state_follows_from_the_newest_decision(lan: Browser, world: World) -> None:
    flag_id = world.flag()
    lan.decide(flag_id, "no")
    reopened = lan.decide(flag_id, "reopened", note="nhầm")
    assert reopened.headers["location"] == f"/flags/{flag_id}"
    assert world.states(flag_id) == ["open"]
    lan.decide(flag_id, "yes")
    assert world.states(flag_id) == ["confirmed"]
    history = [entry.get_text(" ", strip=True) for entry in lan.page(f"/flags/{flag_id}").select(".history > li")]
    assert [entry.split(":")[0].strip() for entry in history] == ["Không phải", "Mở lại để xem xét", "Đúng"]
    assert "lan, 16/11/2026 09:00" in history[0]


def test_a_decided_flag_offers_reopening_and_nothing_else(lan: Browser, world: World) -> None:
    flag_id = world.flag()
    lan.decide(flag_id, "no")
    buttons = lan.page(f"/flags/{flag_id}").select("button[name=decision]")
    assert [button["value"] for button in buttons] == ["reopened"]
    refused = lan.decide(flag_id, "yes")
    assert refused.status_code == 409
    assert world.states(flag_id) == ["rejected"]


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"evidence": "javascript:alert(1)"}, "không phải là địa chỉ web"),
        ({"evidence": "https://tot.example.vn\nftp://xau.example.vn"}, "ftp://xau.example.vn"),
        ({"evidence": "https://[::1"}, "không phải là địa chỉ web"),
        ({"evidence": "https://a.example.vn\n" * 11}, "nhiều hơn 10 liên kết"),
        ({"note": "x" * 2001}, "Ghi chú dài quá 2.000 ký tự"),
    ],
)
def test_what_cannot_be_stored_is_said_and_nothing_typed_is_lost(
    lan: Browser, world: World, values: dict[str, str], line: str
) -> None:
    refused = lan.decide(world.flag(), "confirmed", **values)
    assert refused.status_code == 422
    assert line in refused.text
    assert next(iter(values.values())).splitlines()[0] in refused.text
    assert world.count_reviews() == 0


@pytest.mark.parametrize(
    ("decision", "status"),
    [("delete the post", 422), ("no_source", 422), ("reopened", 409)],
    ids=["no", "claims", "open"],
)
def test_a_decision_that_an_open_concern_does_not_take_is_refused(
    lan: Browser, world: World, decision: str, status: int
) -> None:
    assert lan.decide(world.flag(), decision).status_code == status
    assert world.count_reviews() == 0


def test_every_button_shows_its_key(lan: Browser, world: World) -> None:
    page = lan.page(f"/flags/{world.flag()}")
    keys = {button["data-key"]: button["value"] for button in page.select("button.decision")}
    assert keys == {"1": "yes", "2": "no", "3": "unsure"}
    shown = {button["data-key"]: text_of(button, "kbd") for button in page.select("button.decision")}
    assert all(key == text for key, text in shown.items())
    assert text_of(page, "[data-key=n] kbd") == "N"
    assert page.select_one("textarea[data-focus-key='/']") is not None
    of_claim = lan.page(f"/flags/{world.flag('tin đồn', label='unverified')}")
    keys = {button["data-key"]: button["value"] for button in of_claim.select("button.decision")}
    assert keys == {
        "1": "no_source",
        "2": "refuted",
        "3": "supported",
        "4": "not_a_claim",
        "5": "unsure",
        "6": "sourced",
    }


@pytest.mark.parametrize("decision", ["refuted", "supported"])
def test_what_is_said_of_a_source_needs_a_link_to_it(lan: Browser, world: World, decision: str) -> None:
    flag_id = world.flag("tin đồn", label="unverified")
    refused = lan.decide(flag_id, decision, note="đã tìm")
    assert (refused.status_code, world.count_reviews()) == (422, 0)
    assert "cần ít nhất một liên kết" in refused.text
    assert BeautifulSoup(refused.text, "lxml").select("#evidence[autofocus]"), "where the link is typed"
    assert "đã tìm" in refused.text
    assert lan.decide(flag_id, decision, evidence="https://bao.example.vn/1").status_code == 303
    assert world.count_reviews() == 1


def test_keys_never_fire_while_somebody_types(anonymous: Browser) -> None:
    script = anonymous.get("/static/desk.js")
    assert script.status_code == 200
    typing, firing = script.text.index("if (isTyping(event.target))"), script.text.index("button.click()")
    assert typing < firing
    assert 'closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")' in script.text


def test_a_decision_that_is_sent_four_times_at_once_is_recorded_once(
    database: Database, clock: FakeClock, settings: Settings
) -> None:
    world = World(database, clock)
    world.add_user("lan")
    flag_id = world.flag()
    lan = Browser(make_desk(database, clock, settings))
    lan.sign_in("lan")
    action = f"/flags/{flag_id}/decisions"
    values = lan.fields(f"/flags/{flag_id}", action) | {"decision": "yes"}
    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(lambda _: lan.post(action, values).status_code, range(4)))
    assert answers == [303, 409, 409, 409]
    assert world.count_reviews() == 1
    assert world.states(flag_id) == ["confirmed"]


def test_the_way_of_one_decision(lan: Browser, world: World) -> None:
    flag_id = world.flag(probability=0.9)
    world.flag(probability=0.8)
    with called_files() as called:
        assert lan.decide(flag_id, "yes").status_code == 303
    assert differences("The way of one decision", called) == ([], [])
