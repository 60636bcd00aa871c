"""The queue: most probable first, filtered by label and state, one reviewer a flag."""

import pytest

from storage import flags, matching
from storage.database import Database
from storage.models import Post
from tests.clock import FakeClock
from tests.monitor.review.browser import Browser, text_of
from tests.monitor.review.conftest import FlagMaker


def lines(anonymous: Browser, path: str = "/queue") -> list[str]:
    return [link.get_text() for link in anonymous.page(path).select(".queue-line")]


def test_a_row_says_label_probability_source_time_and_first_line(lan: Browser, make_flagged: FlagMaker) -> None:
    flag_id = make_flagged("\n  Xưởng nóng 40 độ \ndòng hai", probability=0.87)
    row = text_of(lan.page("/queue"), ".queue-row")
    for expected in (
        "Máy khá chắc",
        "Bức xúc của người lao động",
        "forum",
        "16/11/2026 09:00",
        "Xưởng nóng 40 độ",
    ):
        assert expected in row
    assert "dòng hai" not in row
    assert f'action="/flags/{flag_id}/claim"' in lan.get("/queue").text


def test_the_most_probable_comes_first(lan: Browser, make_flagged: FlagMaker) -> None:
    for text, probability in (("giữa", 0.7), ("cuối", 0.6), ("đầu", 0.95)):
        make_flagged(text, probability=probability)
    assert lines(lan) == ["đầu", "giữa", "cuối"]


def test_label_and_state_narrow_it_down(lan: Browser, make_flagged: FlagMaker) -> None:
    make_flagged("tin đồn", label="unverified")
    decided = make_flagged("nợ lương", label="concern")
    lan.decide(decided, "no")
    assert lines(lan, "/queue?label=unverified") == ["tin đồn"]
    assert lines(lan, "/queue?label=concern") == []
    assert lines(lan, "/queue?label=concern&state=rejected") == ["nợ lương"]


def test_an_unknown_filter_is_no_filter(lan: Browser, make_flagged: FlagMaker) -> None:
    make_flagged("tin đồn")
    assert lines(lan, "/queue?label=politics&state=%27--") == ["tin đồn"]


def test_many_flags_come_page_by_page(lan: Browser, make_flagged: FlagMaker) -> None:
    for number in range(27):
        make_flagged(f"bài {number}", probability=0.9 - number / 100)
    assert len(lines(lan)) == 25
    assert lines(lan, "/queue?page=2") == ["bài 25", "bài 26"]
    assert "Trang 2 / 2" in lan.get("/queue?page=2").text
    assert lan.page("/queue?page=2").select_one("a[rel=next]") is None


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999"])
def test_a_page_that_cannot_be_is_refused_politely(lan: Browser, page: str) -> None:
    response = lan.get(f"/queue?page={page}")
    assert response.status_code == 422
    assert "Yêu cầu không hợp lệ" in response.text


def test_copies_are_counted(lan: Browser, make_flagged: FlagMaker, sqlite_database: Database, clock: FakeClock) -> None:
    for text in ("một", "hai"):
        make_flagged(text)
    with sqlite_database.work() as session:
        first, second = session.get_one(Post, 1), session.get_one(Post, 2)
        matching.join_clusters(session, first, second, clock.now())
        session.commit()
    assert "2 bài giống nhau" in text_of(lan.page("/queue"), ".queue-row")


def test_the_queue_says_who_is_looking_at_what(lan: Browser, hung: Browser, make_flagged: FlagMaker) -> None:
    hung.claim(make_flagged())
    assert "hùng đang xem đến 16/11/2026 09:15" in text_of(lan.page("/queue"), ".queue-row")
    assert "đang xem đến" not in text_of(hung.page("/queue"), ".queue-row")


def test_two_reviewers_never_get_the_same_flag(lan: Browser, hung: Browser, make_flagged: FlagMaker) -> None:
    first, second = make_flagged(probability=0.9), make_flagged(probability=0.8)
    assert lan.next() == f"/flags/{first}"
    assert hung.next() == f"/flags/{second}"


@pytest.mark.parametrize("path", ["/queue", "/flags/1", "/flags/1?label=concern", "/queue/empty", "/queue/next", "/"])
def test_opening_a_page_takes_nothing(
    lan: Browser, hung: Browser, make_flagged: FlagMaker, sqlite_database: Database, path: str
) -> None:
    flag_id = make_flagged()
    lan.get(path)
    with sqlite_database.work() as session:
        assert flags.by_id(session, flag_id).lease_owner is None
    assert hung.next() == f"/flags/{flag_id}"


def test_a_form_from_elsewhere_takes_nothing(lan: Browser, make_flagged: FlagMaker, sqlite_database: Database) -> None:
    flag_id = make_flagged()
    for path in ("/queue/next", f"/flags/{flag_id}/claim"):
        assert lan.post(path, {"csrf": "đoán mò"}).status_code == 403
    with sqlite_database.work() as session:
        assert flags.by_id(session, flag_id).lease_owner is None


def test_a_row_of_the_queue_takes_its_flag(lan: Browser, hung: Browser, make_flagged: FlagMaker) -> None:
    first, second = make_flagged(probability=0.9), make_flagged(probability=0.8)
    action = f"/flags/{second}/claim"
    response = lan.post(action, lan.fields("/queue?label=concern", action))
    assert (response.status_code, response.headers["location"]) == (303, f"/flags/{second}?label=concern")
    assert "Mục này được giữ cho bạn đến 16/11/2026 09:15" in lan.get(f"/flags/{second}").text
    assert hung.next() == f"/flags/{first}"


def test_a_flag_that_is_open_for_all_can_be_kept_or_decided(lan: Browser, make_flagged: FlagMaker) -> None:
    flag_id = make_flagged()
    assert "Mục này chưa được giữ cho ai" in lan.get(f"/flags/{flag_id}").text
    assert "Mục này chưa được giữ cho ai" not in lan.claim(flag_id).get_text()
    assert lan.decide(flag_id, "yes").status_code == 303


def test_next_passes_the_present_flag_over_and_frees_it_for_others(
    lan: Browser, make_flagged: FlagMaker, sqlite_database: Database
) -> None:
    first, second, third = (make_flagged(probability=p) for p in (0.9, 0.8, 0.8))
    assert lan.next() == f"/flags/{first}"
    assert lan.next(after=first) == f"/flags/{second}"
    assert lan.next(after=second) == f"/flags/{third}"
    assert lan.next(after=third) == f"/flags/{first}"
    with sqlite_database.work() as session:
        assert flags.by_id(session, second).lease_owner is None


def test_next_stays_within_the_label_that_was_chosen(lan: Browser, make_flagged: FlagMaker) -> None:
    make_flagged(label="negative", probability=0.99)
    wanted = make_flagged(label="concern", probability=0.6)
    assert lan.next(label="concern") == f"/flags/{wanted}?label=concern"


def test_an_empty_queue_says_so(lan: Browser) -> None:
    assert lan.next() == "/queue/empty"
    assert "Không còn mục nào đang chờ" in lan.get("/queue/empty").text


def test_when_others_hold_the_rest_the_page_says_that(lan: Browser, hung: Browser, make_flagged: FlagMaker) -> None:
    hung.claim(make_flagged())
    response = lan.get(lan.next(label="concern"))
    assert "Chưa có mục nào cho bạn" in response.text
    assert "1 mục còn lại đang được người khác xem" in response.text
