"""Matters at the desk: the list with filters, search and files, and a page where each step is noted and undone."""

import csv
import io
import re
from dataclasses import fields
from datetime import timedelta
from urllib.parse import quote

import pytest

from monitor.desk.pages.thresholds import Preview, ThresholdPage
from monitor.desk.views.matter_view import Happening, MatterLine, MatterList, MatterPage, PostLine
from monitor.desk.web.desk import TEMPLATES_DIR
from storage.review import flags, matters
from tests.clock import MONDAY_MORNING
from tests.factories import matter_of
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.conftest import Newcomer
from tests.monitor.desk.world import World

WAGES, HEAT = "Xưởng ba nợ lương hai tháng nay rồi", "Xưởng nóng bốn mươi độ mà không có quạt"
RUMOUR = "Nghe nói thứ hai tới ngân hàng ngừng cho rút tiền"
LINK = "https://bao.example.vn/1"


def press(person: Browser, number: int, what: str, **values: str) -> str:
    """Send a form that stands on a matter's page; gives where it leads."""
    response = person.send(f"/matters/{number}/{what}", f"/matters/{number}", **values)
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def lines(person: Browser, query: str = "") -> list[str]:
    return [line.get_text() for line in person.page(f"/matters{query}").select(".queue-line")]


def posts_of(world: World, number: int) -> list[int]:
    with world.rows() as session:
        return [row.post_id or 0 for row, _post in matters.posts_of(session, number)]


@pytest.fixture
def two(lan: Browser, world: World) -> tuple[int, int]:
    """Confirm two grievances; gives their flags, whose numbers are those of the matters."""
    numbers = world.flag(WAGES), world.flag(HEAT)
    lan.decide(numbers[0], "yes", topic="wages", place="Phường Dĩ An")
    lan.decide(numbers[1], "yes", topic="heat", place="Phường Đông Hòa")
    world.index()
    return numbers


def test_the_list_says_of_each_how_far_it_went_and_what_comes_next(lan: Browser, world: World) -> None:
    number = world.flag(WAGES, published_at=MONDAY_MORNING - timedelta(days=3))
    copy = world.flag(WAGES, published_at=MONDAY_MORNING)
    world.join(number, copy)
    lan.decide(number, "yes", topic="wages", place="Phường Dĩ An", copies=str(copy))
    me = next(iter(lan.page("/matters/1").select("#follower option")[1:]))
    press(lan, 1, "steps", kind="noted", follower=str(me["value"]), back_on="2026-11-18")
    page = lan.page("/matters")
    facts = [fact.get_text() for fact in page.select("li.card .facts > span")]
    assert facts == [
        "chưa làm gì",
        "Bức xúc: Lương",
        "Phường Dĩ An",
        "tuần này 1 bài, 1 nguồn",
        "từ đầu 2 bài, 1 nguồn",
        "xem lại ngày 18/11/2026",
        f"{me.get_text()} theo dõi",
        "việc gần nhất lúc 16/11/2026 09:00",
    ]
    assert "1 vụ việc chưa giải quyết xong" in text_of(page, ".headline")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?kind=grievance", [WAGES, HEAT]),
        ("?kind=rumour", []),
        ("?topic=wages", [WAGES]),
        ("?state=settled", []),
        ("?own=1", []),
        ("?words=" + quote("dĩ an"), [WAGES]),
        ("?words=" + quote("nợ lương"), [WAGES]),
        ("?words=khong+co+quat", [HEAT]),
        ("?words=2", [HEAT]),
        ("?words=" + quote('"'), []),
        ("?words=khong+co+quat&topic=wages", []),
        ("?words=%00&kind=nothing&state=x&topic=x", [WAGES, HEAT]),
    ],
)
@pytest.mark.usefixtures("two")
def test_the_list_is_filtered_and_searched(lan: Browser, query: str, found: list[str]) -> None:
    assert sorted(lines(lan, query)) == found


def test_a_long_list_has_pages(lan: Browser, world: World) -> None:
    for number in range(27):
        lan.decide(world.flag(f"Nợ lương tháng thứ {number}"), "yes", topic="wages")
    first, second = lan.page("/matters?topic=wages"), lan.page("/matters?topic=wages&page=2")
    assert [len(page.select("li.card")) for page in (first, second)] == [25, 2]
    assert [link["href"] for link in first.select("main nav a")] == ["/matters?topic=wages&page=2"]
    assert [link["href"] for link in second.select("main nav a")] == ["/matters?topic=wages&page=1"]


@pytest.mark.usefixtures("two")
def test_what_is_listed_is_taken_home_masked(minh: Browser, world: World) -> None:
    minh.decide(world.flag("Gọi 0912 345 678, nợ lương"), "yes", topic="wages", place="nhà chị Nguyễn Thị Mẫu")
    assert minh.page("/matters?topic=wages").select_one('a[href="/matters/export.csv?topic=wages"]') is not None
    response = minh.get("/matters/export.csv?topic=wages")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [(row["id"], row["state"], row["posts_this_week"], row["place"]) for row in rows] == [
        ("1", "open", "1", "Phường Dĩ An"),
        ("3", "open", "1", "nhà chị [tên]"),
    ]
    assert "0912" not in response.text
    assert world.event("matters_export").detail == {"matters": 2, "format": "csv"}
    assert len(minh.get("/matters/export.jsonl").text.splitlines()) == 3


def test_a_matter_is_worked_on_until_it_is_settled(lan: Browser, two: tuple[int, int], world: World) -> None:
    steps = "/matters/1/steps"
    assert lan.send(steps, "/matters/1", kind="passed").status_code == 422
    world.clock.advance(timedelta(minutes=1))
    press(lan, 1, "steps", kind="passed", passed_to="Ban chính sách", topic="insurance", note="đã gọi")
    press(lan, 1, "steps", kind="described", topic="insurance", place="Phường Bình Hòa")
    press(lan, 1, "steps", kind="settled")
    page = lan.page("/matters/1")
    assert "Ban chính sách" in text_of(page, ".history")
    assert [str(option["value"]) for option in page.select("#step option")] == ["reopened", "noted", "described"]
    assert lan.send(steps, "/matters/1", kind="answered").status_code == 409
    with world.rows() as session:
        matter = matters.by_id(session, 1)
        assert (matter.state, matter.topic, matter.place) == ("settled", "insurance", "Phường Bình Hòa")
    assert (lines(lan), lines(lan, "?state=settled")) == ([HEAT], [WAGES])


@pytest.mark.usefixtures("two")
def test_somebody_follows_a_matter_and_comes_back_to_it_on_a_day(lan: Browser, hung: Browser, world: World) -> None:
    people = {option.get_text(): str(option["value"]) for option in lan.page("/matters/2").select("#follower option")}
    assert lan.send("/matters/2/steps", "/matters/2", kind="noted", back_on="2026-11-16").status_code == 422
    press(lan, 2, "steps", kind="noted", follower=people["hùng"], back_on="2026-11-18")
    assert "hùng theo dõi xem lại ngày 18/11/2026" in lan.page("/matters/2").select(".headline")[0].get_text(" ")
    assert lines(hung, "?own=1") == [HEAT]
    assert "đến ngày xem lại" not in hung.get("/").text
    world.clock.advance(timedelta(days=2))
    for person, due in ((lan, False), (hung, True)):
        person.sign_in("lan" if person is lan else "hùng")
        assert ("1 vụ việc quay lại hoặc đến ngày xem lại" in person.get("/").text) is due
    assert lines(hung)[0] == HEAT, "before all others"
    press(hung, 2, "steps", kind="settled")
    assert "đến ngày xem lại" not in hung.get("/").text


def test_who_acts_on_what_has_changed_is_told_so(lan: Browser, hung: Browser, two: tuple[int, int]) -> None:
    steps = "/matters/1/steps"
    old = hung.fields("/matters/1", steps)
    press(lan, 1, "steps", kind="passed", passed_to="Ban chính sách")
    refused = hung.post(steps, old | {"kind": "settled"})
    assert refused.status_code == 409
    assert "Ban chính sách" in refused.text
    assert "không hợp với tình trạng hiện nay" in refused.text


def test_the_post_of_another_flag_is_added_and_taken_out_again(
    lan: Browser, two: tuple[int, int], world: World
) -> None:
    other, copy = world.flag("Nợ lương cả xưởng bốn"), world.flag("Nợ lương cả xưởng bốn")
    world.join(other, copy)
    assert press(lan, 1, "join", flag=f"#{other}") == "/matters/1"
    assert posts_of(world, 1) == [1, other, copy], "with its copies"
    assert lan.send("/matters/1/join", "/matters/1", flag=str(other)).status_code == 409, "it belongs already"
    for unknown in ("99", "mục"):
        assert lan.send("/matters/1/join", "/matters/1", flag=unknown).status_code == 422
    undo = lan.fields("/matters/1", "/matters/1/undo")
    assert lan.post("/matters/1/undo", undo).status_code == 303
    assert posts_of(world, 1) == [1]
    assert lan.post("/matters/1/undo", undo).status_code == 409, "once"


def test_a_post_that_tells_something_else_is_split_off_and_back(
    lan: Browser, two: tuple[int, int], world: World
) -> None:
    press(lan, 1, "join", flag=str(two[1]))
    page = lan.page("/matters/1")
    assert len(page.select('form[action="/matters/1/split"]')) == 2
    press(lan, 1, "split", post="2")
    assert posts_of(world, 1) == [1]
    with world.rows() as session:
        assert matter_of(session, flags.by_id(session, two[1])).id == 3
    assert "vụ việc 3" in text_of(lan.page("/matters/1"), ".history")
    assert "đã rút" in text_of(lan.page("/matters/2"), ".headline") or posts_of(world, 2) == [2]
    page = lan.page("/matters/1")
    newest = page.select('form[action="/matters/1/undo"]')[-1]
    fields = {str(field["name"]): str(field["value"]) for field in newest.select("input")}
    assert lan.post("/matters/1/undo", fields).status_code == 303
    assert posts_of(world, 1) == [1, 2]
    assert "đã rút" in text_of(lan.page("/matters/3"), ".headline")


def test_matters_are_found_by_words_merged_and_parted_again(lan: Browser, two: tuple[int, int], world: World) -> None:
    again = world.flag("Công ty ấy nợ lương hai tháng nay, xưởng ba ai cũng kêu")
    lan.decide(again, "yes", topic="wages")
    world.index()
    page = lan.page("/matters/3")
    assert page.select_one("#find[data-focus-key=m]") is not None
    assert page.select("input[name=into]") == [], "nobody looked yet"
    for typed in ("nợ lương", "", "1", "#1", "Dĩ An"):
        found = lan.page(f"/matters/3?find={quote(typed)}").select("input[name=into]")
        assert found[0]["value"] == "1", typed
        assert "3" not in [one["value"] for one in found], "itself"
    assert lan.send("/matters/3/merge", "/matters/3?find=1", into="x").status_code == 422
    path = "/matters/3?find=1"
    fields = lan.fields(path, "/matters/3/merge")
    assert lan.post("/matters/3/merge", fields | {"into": "1"}).headers["location"] == "/matters/1"
    assert posts_of(world, 1) == [1, 3]
    merged = lan.page("/matters/3")
    assert merged.select_one('.notice a[href="/matters/1"]') is not None
    assert merged.select("#step") == [], "nothing is done with it any more"
    assert sorted(lines(lan)) == [WAGES, HEAT]
    lan.post("/matters/1/undo", lan.fields("/matters/1", "/matters/1/undo"))
    assert (posts_of(world, 1), posts_of(world, 3)) == ([1], [3])


def test_matters_of_two_labels_are_not_merged(lan: Browser, two: tuple[int, int], world: World) -> None:
    lan.decide(world.flag(RUMOUR, label="unverified"), "no_source")
    page = lan.page("/matters/3?find=1")
    assert page.select("input[name=into]") == []
    assert "Không tìm thấy vụ việc nào." in text_of(page, "main")
    assert "Khác" not in text_of(page, ".history"), "a rumour has no topic"
    seen = lan.fields("/matters/3", "/matters/3/steps")["seen"]
    assert lan.send("/matters/3/merge", into="1", seen=seen).status_code == 409


def test_beside_a_flag_open_and_answered_matters_are_found_and_joined_by_the_decision(
    lan: Browser, two: tuple[int, int], world: World
) -> None:
    press(lan, 1, "steps", kind="answered")
    flag_id = world.flag("Hỏi mãi mà xưởng ba vẫn nợ lương hai tháng")
    assert lan.page(f"/flags/{flag_id}").select("input[name=matter]") == []
    for typed in ("nợ lương", "no luong", "", "1", "dĩ an", "lương"):
        page = lan.page(f"/flags/{flag_id}?label=concern&find={quote(typed)}")
        values = [str(one["value"]) for one in page.select("input[type=radio][name=matter]")]
        assert values[:2] == ["", "1"], typed
        assert page.select_one("form#look input[name=label][value=concern]") is not None, "the view goes along"
    assert "đã trả lời" in text_of(page, ".choices")
    assert lan.decide(flag_id, "yes", path=f"/flags/{flag_id}?find=1", matter="1").status_code == 303
    assert posts_of(world, 1) == [1, flag_id]
    assert "Thuộc vụ việc 1" in text_of(lan.page(f"/flags/{flag_id}"), ".decide")
    lan.post("/undo", lan.fields(f"/flags/{flag_id}", "/undo"))
    assert posts_of(world, 1) == [1]


@pytest.mark.usefixtures("two")
def test_a_choice_that_is_none_is_refused_and_stays_in_the_form(lan: Browser, world: World) -> None:
    flag_id = world.flag()
    assert lan.decide(flag_id, "yes", matter="lương").status_code == 422
    assert lan.decide(flag_id, "yes", matter="99").status_code == 404
    refused = lan.decide(flag_id, "yes", matter="1", evidence="ftp://x")
    assert refused.status_code == 422
    assert 'value="1" checked' in refused.text
    assert world.states(flag_id) == ["open"]


def test_a_verdict_that_differs_is_told_and_changes_all_or_takes_the_post_out(
    lan: Browser, hung: Browser, world: World
) -> None:
    first, second, third = (world.flag(RUMOUR, label="unverified") for _ in range(3))
    world.join(first, second, third)
    lan.decide(first, "refuted", evidence=LINK, copies=f"{second},{third}")
    hung.decide(second, "reopened")
    hung.decide(third, "reopened")
    refused = hung.decide(second, "no_source")
    assert refused.status_code == 409
    assert "lan đã ghi “đã bị bác bỏ” cho vụ việc 1 lúc 16/11/2026 09:00" in refused.text
    assert 'name="otherwise" value="split"' in refused.text
    assert hung.decide(second, "no_source", otherwise="split").status_code == 303
    with world.rows() as session:
        assert matter_of(session, flags.by_id(session, second)).id == 2
    assert hung.decide(third, "no_source", otherwise="verdict").status_code == 303
    assert "không tìm thấy nguồn" in text_of(lan.page("/matters/1"), ".headline")


def test_the_verdict_of_a_rumour_is_changed_on_its_page(lan: Browser, world: World) -> None:
    lan.decide(world.flag(RUMOUR, label="unverified"), "no_source")
    press(lan, 1, "steps", kind="judged", verdict="borne_out", note="ngân hàng đã xác nhận")
    page = lan.page("/matters/1")
    assert "hóa ra đúng" in text_of(page, ".headline")
    assert page.select_one("#verdict") is not None
    assert lan.send("/matters/1/steps", "/matters/1", kind="judged", verdict="x").status_code == 409


def test_an_answered_rumour_returns_with_a_new_copy_and_stands_first(lan: Browser, world: World) -> None:
    first = world.flag(RUMOUR, label="unverified")
    lan.decide(first, "refuted", evidence=LINK)
    press(lan, 1, "steps", kind="settled")
    lan.decide(world.flag(WAGES), "yes", topic="wages")
    world.flag(RUMOUR, label="unverified")
    world.index()
    assert world.states(3) == ["confirmed"], "it is no flag to be decided again"
    page = lan.page("/matters")
    assert page.select("li.card")[0].select_one(".tag.held").get_text() == "quay lại"  # type: ignore[union-attr]
    assert "1 vụ việc quay lại hoặc đến ngày xem lại" in lan.get("/").text
    assert "Máy thấy thêm bài giống (1 bài)" in text_of(lan.page("/matters/1"), ".history")


def test_a_matter_draws_how_far_it_went(lan: Browser, two: tuple[int, int]) -> None:
    assert lan.page("/matters/1").select(".spread") == []
    press(lan, 1, "join", flag=str(two[1]))
    page = lan.page("/matters/1")
    assert text_of(page, ".reach figcaption") == "Số bài mỗi giờ"
    assert [row.get_text() for row in page.select(".spread tbody td")][:2] == ["forum.example.vn", "2"]
    assert len(page.select(".posts li")) == 2


def test_a_viewer_reads_and_changes_nothing(newcomer: Newcomer, two: tuple[int, int]) -> None:
    viewer = newcomer("hoa", "viewer")
    page = viewer.page("/matters/1")
    assert page.select("main form") == []
    for what in ("steps", "join", "split", "merge", "undo"):
        assert viewer.send(f"/matters/1/{what}", seen="1").status_code == 403
    assert viewer.get("/matters/99").status_code == 404


@pytest.mark.parametrize(
    ("template", "name", "of"),
    [
        ("matters.html", "page", MatterList),
        ("matters.html", "row", MatterLine),
        ("matter.html", "page", MatterPage),
        ("matter.html", "one", (Happening, PostLine)),
        ("thresholds.html", "page", ThresholdPage),
        ("thresholds.html", "page.preview", Preview),
    ],
)
def test_a_template_names_the_fields_of_its_page_and_no_others(
    template: str, name: str, of: type | tuple[type, ...]
) -> None:
    text = (TEMPLATES_DIR / template).read_text(encoding="utf-8")
    named = set(re.findall(rf"\b{re.escape(name)}\.(\w+)", text))
    assert named == {field.name for each in (of if isinstance(of, tuple) else (of,)) for field in fields(each)}
