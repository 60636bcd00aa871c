"""The queue: what is worth most first, filtered and kept as a view, one reviewer a flag."""

from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from monitor.desk.views.queue_view import QueueView, place_query
from monitor.desk.web.request_origin import MAX_ADDRESS, own_address
from storage.review import flags
from storage.search.search_words import AnyOf, Words
from tests.clock import MONDAY_MORNING
from tests.factories import add_flag, add_post, add_source
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.world import World


def lines(anonymous: Browser, path: str = "/queue") -> list[str]:
    return [link.get_text() for link in anonymous.page(path).select(".queue-line")]


def test_a_row_says_label_probability_source_time_and_first_line(lan: Browser, world: World) -> None:
    flag_id = world.flag("\n  Xưởng nóng 40 độ từ sáng tới chiều \ndòng hai", probability=0.87)
    row = text_of(lan.page("/queue"), ".queue-row")
    for expected in ("Máy khá chắc", "Bức xúc của người lao động", "forum", "16/11/2026 09:00", "Xưởng nóng 40 độ"):
        assert expected in row
    assert "dòng hai" not in row
    assert f'action="/flags/{flag_id}/claim"' in lan.get("/queue").text


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", ["mới", "lan rộng", "kém chắc"]),
        ("worth", ["mới", "lan rộng", "kém chắc"]),
        ("newest", ["mới", "kém chắc", "lan rộng"]),
        ("reach", ["lan rộng", "mới", "kém chắc"]),
        ("doubt", ["kém chắc", "lan rộng", "mới"]),
        ("politics", ["mới", "lan rộng", "kém chắc"]),
    ],
)
def test_the_queue_has_four_orders(lan: Browser, world: World, order: str, expected: list[str]) -> None:
    day = MONDAY_MORNING - timedelta(days=1)
    world.flag("mới", probability=0.95, published_at=day, engagement={"likes": 1})
    world.flag("lan rộng", probability=0.9, published_at=day - timedelta(days=6), engagement={"likes": 5})
    world.flag("kém chắc", probability=0.55, published_at=day - timedelta(days=5))
    assert lines(lan, f"/queue?order={order}") == expected
    assert "5 tương tác" in lan.get("/queue").text, "what the reach is made of stands in the row"


def test_by_date_the_queue_says_where_undated_posts_stand(lan: Browser, world: World) -> None:
    said = "Bài không rõ ngày đăng được xếp theo ngày thu thập."
    world.flag("có ngày", published_at=MONDAY_MORNING)
    assert said not in lan.get("/queue?order=newest").text
    world.flag("không ngày", published_at=None)
    assert said in lan.get("/queue?order=newest").text
    assert said not in lan.get("/queue").text


def test_label_and_state_narrow_it_down(lan: Browser, world: World) -> None:
    world.flag("tin đồn", label="unverified")
    decided = world.flag("nợ lương", label="concern")
    lan.decide(decided, "no")
    assert lines(lan, "/queue?label=unverified") == ["tin đồn"]
    assert lines(lan, "/queue?label=concern") == []
    assert lines(lan, "/queue?label=concern&state=rejected") == ["nợ lương"]


def test_an_unknown_filter_is_no_filter(lan: Browser, world: World) -> None:
    world.flag("tin đồn")
    wrong = "label=politics&state=%27--&source=x&kind=%00&since=whenever&until=9999-99-99&own=all&order=a&place=%00"
    assert lines(lan, f"/queue?{wrong}") == ["tin đồn"]


def test_source_kind_date_and_place_narrow_it_down(lan: Browser, world: World) -> None:
    world.flag("Xưởng ở Bình Dương nóng", published_at=MONDAY_MORNING - timedelta(days=2))
    world.flag("Xưởng ở Cà Mau nóng", published_at=MONDAY_MORNING)
    with world.rows() as session:
        other = add_source(session, "mạng xã hội", kind="mastodon")
        add_flag(session, add_post(session, other, "khác", text="Lương chậm"))
    world.index()
    for query, expected in {
        f"source={other.id}": ["Lương chậm"],
        "kind=mastodon": ["Lương chậm"],
        "kind=feed&until=2026-11-14": ["Xưởng ở Bình Dương nóng"],
        "kind=feed&since=2026-11-15": ["Xưởng ở Cà Mau nóng"],
        "place=bình dương": ["Xưởng ở Bình Dương nóng"],
        "place=binh duong": ["Xưởng ở Bình Dương nóng"],
        "place=Hồ Chí Minh": ["Xưởng ở Bình Dương nóng"],
        "place=Huế": [],
    }.items():
        assert lines(lan, f"/queue?{query}") == expected, query
    kinds = [option.get_text() for option in lan.page("/queue").select("#kind option")]
    assert kinds == ["Mọi loại", "Kênh tin RSS", "Mastodon"]


def test_a_reviewer_finds_what_is_their_own(lan: Browser, hung: Browser, world: World) -> None:
    decided, held = (world.flag(text) for text in ("đã xem", "đang giữ"))
    world.flag("của ai khác")
    lan.decide(decided, "no")
    lan.claim(held)
    states = [option["value"] for option in lan.page("/queue").select("#state option[selected]")]
    assert lines(lan, f"/queue?own=decided&state={states[0]}") == ["đã xem"], "what is decided is not open any more"
    assert "đang giữ" in lines(lan, "/queue?own=held")
    assert lines(hung, "/queue?own=decided") == []


def test_many_flags_come_page_by_page(lan: Browser, world: World) -> None:
    for number in range(27):
        world.flag(f"bài {number}", probability=0.9 - number / 100)
    first = lan.page("/queue?label=concern")
    assert len(first.select(".queue-line")) == 25
    assert first.select_one("a[rel=prev]") is None
    following = str(first.select("a[rel=next]")[0]["href"])
    assert lines(lan, following) == ["bài 25", "bài 26"]
    assert lan.page(following).select_one("a[rel=next]") is None
    assert lines(lan, str(lan.page(following).select("a[rel=prev]")[0]["href"])) == lines(lan)


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999999999999"])
def test_a_page_that_cannot_be_is_refused_politely(lan: Browser, number: str) -> None:
    response = lan.get(f"/queue?after={number}")
    assert response.status_code == 422
    assert "Yêu cầu không hợp lệ" in response.text


def test_copies_are_counted(lan: Browser, world: World) -> None:
    world.join(world.flag("một"), world.flag("hai"))
    assert "2 bài giống nhau" in text_of(lan.page("/queue"), ".queue-row")


def test_the_queue_says_who_is_looking_at_what(lan: Browser, hung: Browser, world: World) -> None:
    hung.claim(world.flag())
    assert "hùng đang xem đến 16/11/2026 09:15" in text_of(lan.page("/queue"), ".queue-row")
    assert "đang xem đến" not in text_of(hung.page("/queue"), ".queue-row")


@pytest.mark.parametrize("path", ["/queue", "/flags/1", "/flags/1?label=concern", "/queue/empty", "/queue/next", "/"])
def test_opening_a_page_takes_nothing(lan: Browser, hung: Browser, world: World, path: str) -> None:
    flag_id = world.flag()
    lan.get(path)
    with world.rows() as session:
        assert flags.by_id(session, flag_id).lease_owner is None
    assert hung.next() == f"/flags/{flag_id}"


def test_a_form_from_elsewhere_takes_nothing(lan: Browser, world: World) -> None:
    flag_id = world.flag()
    for path in ("/queue/next", f"/flags/{flag_id}/claim"):
        assert lan.post(path, {"csrf": "đoán mò"}).status_code == 403
    with world.rows() as session:
        assert flags.by_id(session, flag_id).lease_owner is None


def test_a_row_of_the_queue_takes_its_flag(lan: Browser, hung: Browser, world: World) -> None:
    first, second = world.flag(probability=0.9), world.flag(probability=0.8)
    action = f"/flags/{second}/claim"
    response = lan.post(action, lan.fields("/queue?label=concern", action))
    assert response.status_code == 303
    assert response.headers["location"] == f"/flags/{second}?label=concern&order=worth"
    assert "Mục này được giữ cho bạn đến 16/11/2026 09:15" in lan.get(f"/flags/{second}").text
    assert hung.next() == f"/flags/{first}"


def test_next_passes_the_present_flag_over_and_frees_it_for_others(lan: Browser, world: World) -> None:
    first, second, third = (world.flag(probability=p) for p in (0.9, 0.8, 0.8))
    assert lan.next() == f"/flags/{first}"
    assert lan.next(after=first) == f"/flags/{second}"
    assert lan.next(after=second) == f"/flags/{third}"
    assert lan.next(after=third) == f"/flags/{first}"
    with world.rows() as session:
        assert flags.by_id(session, second).lease_owner is None


def test_next_stays_within_the_label_that_was_chosen(lan: Browser, world: World) -> None:
    world.flag(label="negative", probability=0.99)
    wanted = world.flag(label="concern", probability=0.6)
    assert lan.next(view="label=concern") == f"/flags/{wanted}?label=concern"


def test_the_view_goes_along_with_decisions_and_the_place_in_it_is_kept(lan: Browser, world: World) -> None:
    first, second, third = (world.flag(probability=p) for p in (0.9, 0.8, 0.7))
    world.flag(label="negative", probability=0.75)
    view = "label=concern&since=2026-11-01&order=doubt"
    path = lan.next(view=view)
    assert path == f"/flags/{third}?{view}"
    assert lan.page(path).select(f'a.button[href="/queue?{view}"]'), "one click leads back to the list"
    skipped = lan.next(view=view, after=third)
    assert skipped == f"/flags/{second}?{view}"
    decided = lan.decide(second, "no", path=skipped)
    assert decided.headers["location"] == f"/flags/{first}?{view}", "behind the decided one, not the skipped one again"
    last = lan.decide(first, "no", path=f"/flags/{first}?{view}")
    assert last.headers["location"] == f"/flags/{third}?{view}", "then those that were skipped"
    undone = lan.post("/undo", lan.fields(f"/flags/{third}?{view}", "/undo"))
    assert undone.headers["location"] == f"/flags/{first}?{view}"


def test_the_view_is_there_again_after_signing_in_anew(lan: Browser, world: World, app: FastAPI) -> None:
    view = "label=concern&source=1&place=B%C3%A0+R%E1%BB%8Ba&order=newest"
    path = f"/flags/{world.flag()}?{view}"
    anew = Browser(app)
    asked = anew.get(path).headers["location"]
    (field,) = anew.page(asked).select("input[name=next]")
    assert anew.sign_in("lan", wanted=quote(str(field["value"]))).headers["location"] == path


def test_a_view_is_kept_for_its_user_and_forgotten(lan: Browser, hung: Browser, world: World) -> None:
    world.flag("nợ lương")
    world.flag("tin đồn", label="unverified")
    fields = lan.fields("/queue?label=concern&order=newest", "/saved/queue")
    assert lan.post("/saved/queue", fields | {"name": "bức xúc mới"}).status_code == 303
    (link,) = lan.page("/queue").find_all("a", string="bức xúc mới")
    assert lines(lan, str(link["href"])) == ["nợ lương"]
    assert "bức xúc mới" not in hung.get("/queue").text + lan.get("/search").text
    action = str(lan.page("/queue").select("form[action$=remove]")[0]["action"])
    lan.post(action, lan.fields("/", "/logout"))
    assert "bức xúc mới" not in lan.get("/queue").text


def test_an_empty_queue_says_so(lan: Browser) -> None:
    assert "Không còn mục nào đang chờ" in lan.get(lan.next()).text


def test_when_others_hold_the_rest_the_page_says_that(lan: Browser, hung: Browser, world: World) -> None:
    hung.claim(world.flag())
    response = lan.get(lan.next(view="label=concern"))
    assert "Chưa có mục nào cho bạn" in response.text
    assert "1 mục còn lại đang được người khác xem" in response.text


TYPED = st.one_of(
    st.text(max_size=80), st.sampled_from(("concern", "today", "any", "open", "7", "2026-11-16", "reach"))
)


@given(st.dictionaries(st.sampled_from(tuple(QueueView.model_fields)), TYPED))
def test_an_address_gives_the_view_that_it_was_made_of(fields: dict[str, str]) -> None:
    view = QueueView.of(urlencode(fields))
    assert QueueView.of(view.address) == view
    path = f"/flags/1?{view.address}"
    assert own_address(path) == path, "the view survives a sign-in"
    assert len(path) < MAX_ADDRESS
    assert view.order_by
    assert "\0" not in view.place


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("Bình Dương", {("bình", "dương")}),
        ("Hồ Chí Minh", {("hồ", "chí", "minh"), ("bình", "dương"), ("bà", "rịa", "vũng", "tàu")}),
        (
            "ho chi minh",
            {("ho", "chi", "minh"), ("hồ", "chí", "minh"), ("bình", "dương"), ("bà", "rịa", "vũng", "tàu")},
        ),
        ("Xưởng ba", {("xưởng", "ba")}),
    ],
)
def test_a_province_of_today_is_found_by_the_names_of_those_that_it_was_made_of(
    place: str, found: set[tuple[str, ...]]
) -> None:
    query = place_query(place)
    assert isinstance(query, AnyOf)
    assert {part.syllables for part in query.parts if isinstance(part, Words)} == found


@pytest.mark.parametrize("place", ["", " ", "…", "@lan"])
def test_what_names_no_place_filters_nothing(place: str) -> None:
    assert place_query(place) is None


def test_the_list_of_possible_matters_is_worked_through_apart_from_the_queue(lan: Browser, world: World) -> None:
    flagged = world.flag("Xưởng nóng 40 độ")
    first, second = (world.flag(text, origin="listed") for text in ("Lương về chậm", "Cơm ca thiu"))
    assert (lines(lan), lines(lan, "/queue?own=listed")) == (["Xưởng nóng 40 độ"], ["Lương về chậm", "Cơm ca thiu"])
    assert "2 bài có thể là việc của công đoàn" in lan.page("/").get_text()
    view = {"view": "own=listed"}
    assert lan.next(**view) == f"/flags/{first}?own=listed"
    assert "dưới mức gắn cờ" in lan.page(f"/flags/{first}?own=listed").get_text()
    assert lan.next(**view, after=first) == f"/flags/{second}?own=listed"
    assert lan.decide(second, "no", **view).headers["location"] == f"/flags/{first}?own=listed"
    assert lan.decide(first, "yes", **view).headers["location"] == "/queue?own=listed"
    assert (lines(lan, "/queue?state=confirmed"), lines(lan)) == (["Lương về chậm"], ["Xưởng nóng 40 độ"])
    assert f"/flags/{flagged}/claim" in lan.get("/queue").text
