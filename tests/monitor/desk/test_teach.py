"""Teaching at the desk: one key a post, what was taught in words, and one click that puts it into use."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.accounts import users
from storage.database import Database
from storage.models import Flag, Post, Review, Source
from storage.posts import posts
from storage.review import flags, matters
from storage.scoring import registry
from tests.clock import MONDAY_MORNING as NOW
from tests.clock import FakeClock
from tests.factories import add_drawn, add_flag, add_post, add_source, make_flag, make_model, make_post
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.conftest import Parts
from tests.monitor.desk.world import World

COMPARISON = json.loads((Path(__file__).parents[1] / "learning" / "comparison.json").read_text(encoding="utf-8"))
(FIGURES,) = COMPARISON["teaching"]


@dataclass
class Status:
    doing: str = ""
    done: int = 0
    total: int = 0
    error: str = ""


@dataclass
class Steps:
    """Notes which steps were begun."""

    begun: list[str] = field(default_factory=list)
    now: Status = field(default_factory=Status)
    locked_model: str = ""

    def status(self) -> Status:
        return self.now

    def draw(self) -> bool:
        self.begun.append("draw")
        return True

    def learn(self) -> bool:
        self.begun.append("learn")
        return True

    def promote(self, name: str, user_id: int) -> bool:
        self.begun.append(f"promote {name} for {user_id}")
        return True

    def roll_back(self, user_id: int) -> bool:
        self.begun.append(f"roll back for {user_id}")
        return True


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def parts(steps: Steps) -> Parts:
    return {"teaching": steps}


@pytest.fixture
def asked(world: World) -> list[int]:
    """Draw two posts; gives their numbers."""
    with world.rows() as session:
        source = session.scalar(select(Source)) or add_source(session)
        numbers = []
        for text in ("Xưởng nóng 40 độ", "Trời hôm nay đẹp"):
            post = add_post(session, source, text, text=text)
            add_drawn(session, post)
            numbers.append(post.id)
        session.commit()
        return numbers


def add_taught(database: Database, clock: FakeClock, **changes: object) -> str:
    with database.changes() as session:
        draft = make_model("learnt-20261116-0123456789ab")
        registry.register(session, draft, clock.now(), COMPARISON | changes)
    return draft.version


def answer(person: Browser, post_id: int, decision: str, **values: str) -> int:
    page = f"/teach/posts/{post_id}"
    return person.send(f"{page}/answers", page, decision=decision, **values).status_code


def states(database: Database, post_id: int) -> dict[str, str]:
    with database.work() as session:
        found = session.scalars(select(Flag).where(Flag.post_id == post_id)).all()
        return {flag.label: flag.state for flag in found}


def test_one_key_answers_for_all_labels(lan: Browser, asked: list[int], world: World) -> None:
    page = lan.page(f"/teach/posts/{asked[0]}")
    keys = {button["value"]: button["data-key"] for button in page.select("button.decision")}
    assert keys == {"none": "0", "unverified": "1", "negative": "2", "concern": "3", "unsure": "4"}
    assert answer(lan, asked[0], "concern") == 303
    assert states(world.database, asked[0]) == {
        "unverified": "rejected",
        "negative": "rejected",
        "concern": "confirmed",
    }
    assert answer(lan, asked[1], "none") == 303
    assert set(states(world.database, asked[1]).values()) == {"rejected"}


def test_a_post_may_carry_several_labels_and_a_doubt_teaches_nothing(
    lan: Browser, asked: list[int], world: World
) -> None:
    action = f"/teach/posts/{asked[0]}/answers"
    fields = lan.fields(f"/teach/posts/{asked[0]}", action) | {"decision": "several"}
    both = lan.client.post(action, data=fields | {"labels": ["negative", "concern"]})
    assert both.status_code == 303
    assert states(world.database, asked[0])["negative"] == "confirmed"
    assert states(world.database, asked[0])["concern"] == "confirmed"
    assert answer(lan, asked[1], "unsure") == 303
    assert set(states(world.database, asked[1]).values()) == {"unsure"}


@pytest.mark.parametrize("decision", ["several", "", "everything"])
def test_an_answer_without_a_known_label_is_not_stored(
    lan: Browser, asked: list[int], world: World, decision: str
) -> None:
    assert answer(lan, asked[0], decision) in (400, 422)
    assert set(states(world.database, asked[0]).values()) == {"open"}


def test_two_people_get_different_posts_and_cannot_answer_for_each_other(
    lan: Browser, hung: Browser, asked: list[int], world: World
) -> None:
    first, second = (person.next("/teach/next") for person in (lan, hung))
    assert {first, second} == {f"/teach/posts/{number}" for number in asked}
    taken = int(first.rpartition("/")[2])
    page = hung.page(first)
    assert "đang xem bài này" in text_of(page, ".notice.held")
    assert not page.select("button.decision")
    refused = hung.send(f"/teach/posts/{taken}/answers", decision="none", seen_state="0.0,0.0,0.0")
    assert refused.status_code == 409
    assert set(states(world.database, taken).values()) == {"open"}


def test_a_form_that_was_left_open_does_not_overwrite_an_answer(lan: Browser, asked: list[int]) -> None:
    action = f"/teach/posts/{asked[0]}/answers"
    stale = lan.fields(f"/teach/posts/{asked[0]}", action)
    assert answer(lan, asked[0], "none") == 303
    assert lan.post(action, stale | {"decision": "concern"}).status_code == 409
    assert lan.post(action, stale | {"decision": "concern", "seen_state": "0.1"}).status_code == 409


def test_the_last_answer_of_a_round_begins_to_teach(lan: Browser, asked: list[int], steps: Steps) -> None:
    answer(lan, asked[0], "concern")
    assert steps.begun == []
    assert "1/2 bài đã trả lời" in text_of(lan.page("/teach"), ".figure")
    answer(lan, asked[1], "none")
    assert steps.begun == ["learn"]
    assert lan.next("/teach/next") == "/teach"


def test_a_round_is_drawn_by_who_may_teach_and_only_after_the_last(
    lan: Browser, minh: Browser, asked: list[int], steps: Steps
) -> None:
    assert minh.send("/teach/draw").status_code == 303
    assert steps.begun == [], "two posts still wait"
    for number in asked:
        answer(minh, number, "none")
    steps.begun.clear()
    assert not lan.page("/teach").select('form[action="/teach/draw"]')
    minh.post("/teach/draw", minh.fields("/teach", "/teach/draw"))
    assert steps.begun == ["draw"]


def test_the_page_says_what_goes_on_and_what_failed(minh: Browser, steps: Steps) -> None:
    steps.now = Status("learning", 1, 3)
    page = minh.page("/teach")
    assert "Máy đang học từ các câu trả lời (1/3)" in text_of(page, "[data-reload-seconds]")
    assert not page.select('form[action^="/teach/"]')
    steps.now = Status(error="run `kiemtin score` first")
    assert "run `kiemtin score` first" in text_of(minh.page("/teach"), ".notice.bad")


def test_figures_are_said_with_their_interval(lan: Browser, world: World) -> None:
    add_taught(world.database, world.clock)
    text = text_of(lan.page("/teach"), "main")
    assert "Trong 100 bài máy gắn cờ, khoảng 71 (62–79) bài đúng." in text
    assert "Máy tìm ra 17 trong 31 bài" in text
    assert "Trên 80 bài của bạn: gắn cờ đúng 15 bài thay vì 9, nhầm 2 thay vì 3, bỏ sót 6 thay vì 12." in text
    assert "Trong 300 bài phê bình của bộ thử, mô hình mới gắn cờ nhầm 1 bài" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"changed": False}, "chưa cho thấy dạy nhãn này có lợi"),
        ({"right": None}, "quá ít bài để nói đúng được bao nhiêu"),
    ],
)
def test_what_is_not_known_is_said(lan: Browser, world: World, changes: dict[str, object], said: str) -> None:
    add_taught(world.database, world.clock, teaching=[FIGURES | changes])
    assert said in text_of(lan.page("/teach"), "main")


def test_one_click_puts_a_better_model_into_use(lan: Browser, minh: Browser, world: World, steps: Steps) -> None:
    version = add_taught(world.database, world.clock)
    assert not lan.page("/teach").select('form[action="/teach/promote"]'), "a reviewer may not"
    fields = minh.fields("/teach", "/teach/promote")
    minh.post("/teach/promote", fields | {"version": "learnt-older"})
    assert steps.begun == [], "the page was left open while another one was taught"
    minh.post("/teach/promote", fields)
    with world.rows() as session:
        user = next(user for user in users.all_users(session) if user.name == "minh")
    assert steps.begun == [f"promote {version} for {user.id}"]


def test_one_click_takes_the_model_before_back(minh: Browser, world: World, steps: Steps) -> None:
    with world.rows() as session:
        for version in ("default-1", "learnt-2"):
            registry.promote(session, registry.register(session, make_model(version), NOW), NOW)
    fields = minh.fields("/teach", "/teach/rollback")
    assert "Đang dùng learnt-2, thay cho default-1." in text_of(minh.page("/teach"), "main")
    minh.post("/teach/rollback", fields | {"version": "learnt-2"})
    assert steps.begun == [], "the page was left open while another one came into use"
    minh.post("/teach/rollback", fields)
    assert [step.partition(" for ")[0] for step in steps.begun] == ["roll back"]


def test_a_worse_model_has_no_button_and_says_why(minh: Browser, world: World) -> None:
    criticism = {"new": 9.0, "old": 2.0, "of": 300}
    add_taught(world.database, world.clock, worse_in=[["criticism", ""]], faults=["criticism"], criticism=criticism)
    page = minh.page("/teach")
    assert not page.select('form[action="/teach/promote"]')
    assert "kém hơn: bài phê bình bị gắn cờ nhầm nhiều hơn" in text_of(page, "main")


def test_a_model_that_the_settings_name_is_not_replaced(minh: Browser, world: World, steps: Steps) -> None:
    add_taught(world.database, world.clock)
    steps.locked_model = "mine"
    page = minh.page("/teach")
    assert not page.select('form[action="/teach/promote"]')
    assert "Cấu hình đang chỉ định mô hình mine" in text_of(page, "main")


def test_what_is_drawn_is_no_suggestion(lan: Browser, asked: list[int], world: World) -> None:
    """It is in no queue, is counted nowhere, and opens no matter; the machine may suggest it later."""
    assert "Không có mục nào ở đây" in lan.get("/queue").text
    assert text_of(lan.page("/"), 'main a[href="/teach"]') == "6 câu trả lời đang chờ ở trang “Dạy máy”"
    answer(lan, asked[0], "concern")
    with world.rows() as session:
        assert flags.counts(session) == {}
        assert matters.counts(session) == {}
        flag = session.scalars(select(Flag).where(Flag.label == "concern", Flag.post_id == asked[0])).one()
        assert lan.get(f"/flags/{flag.id}").status_code == 200
        add_flag(session, flag.post, "concern")
        assert (flag.origin, flag.state, flag.sampling) == ("scored", "confirmed", "random")
        assert flags.counts(session) == {"concern": {"confirmed": 1}}


def test_a_flag_that_the_machine_opened_is_decided_along(lan: Browser, world: World) -> None:
    with world.rows() as session:
        post = add_post(session, add_source(session))
        add_flag(session, post, "unverified")
        add_drawn(session, post)
    assert lan.get("/flags/1").status_code == 200
    assert lan.get("/flags/2").headers["location"] == f"/teach/posts/{post.id}"
    assert answer(lan, post.id, "unverified") == 303
    with world.rows() as session:
        assert flags.counts(session) == {"unverified": {"confirmed": 1}}
        review = session.scalars(select(Review).where(Review.flag_id == 1)).one()
    assert review.decision == "no_source"


def test_an_edited_post_is_asked_about_in_its_newest_scored_version(
    lan: Browser, asked: list[int], world: World
) -> None:
    with world.rows() as session:
        flag = session.scalars(select(Flag).where(Flag.post_id == asked[0], Flag.label == "negative")).one()
        posts.record(session, flag.post.source_id, [make_post(flag.post.external_id, "bản mới")])
        flags.open_flags(session, flag.model_id, [make_flag(flag.post, "negative")], world.now)
    assert "bản mới" in text_of(lan.page(f"/teach/posts/{asked[0]}"), ".post-text")
    assert answer(lan, asked[0], "negative") == 303
    with world.rows() as session:
        assert set(session.scalars(select(Review.revision_number))) == {1}


def test_posts_that_are_gone_have_no_page(lan: Browser, asked: list[int], world: World) -> None:
    with world.rows() as session:
        session.delete(session.get_one(Post, asked[0]))
    assert lan.get(f"/teach/posts/{asked[0]}").status_code == 404
