"""Alerts at the desk: seen and settled by a person, a line on the first page, watched searches."""

from datetime import timedelta

import pytest

from storage.accounts import users
from storage.outbox import alerts
from storage.scoring import matching
from storage.search import saved_searches
from tests.factories import add_flag, add_post, add_source
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.world import World

FACTS = {"label": "concern", "hours": 1, "posts": 31, "usual": 4.5}


@pytest.fixture
def raised(world: World) -> None:
    """Raise one alert for everybody."""
    with world.rows() as session:
        alerts.raise_once(session, "label:concern", FACTS, now=world.now, quiet=timedelta(days=1))


@pytest.mark.usefixtures("raised")
def test_an_alert_is_seen_by_one_and_settled_by_another(lan: Browser, hung: Browser) -> None:
    assert "1 cảnh báo chưa xử lý" in text_of(lan.page("/"), "main")
    assert "1 cảnh báo chưa ai xem" in text_of(lan.page("/"), "main")
    line = "Nhãn “Bức xúc của người lao động” tăng bất thường: 31 bài trong 1 giờ (bình thường 4,5)."
    assert text_of(lan.page("/alerts"), ".queue-line") == line
    assert lan.page("/alerts").select_one('a[href="/queue?label=concern"]') is not None
    lan.post("/alerts/1/seen", lan.fields("/alerts", "/alerts/1/seen"))
    page = hung.page("/alerts")
    assert "lan xem lúc" in text_of(page, ".facts")
    assert "chưa ai xem" not in text_of(hung.page("/"), "main")
    hung.post("/alerts/1/settled", hung.fields("/alerts", "/alerts/1/settled"))
    assert hung.page("/alerts").select(".queue-line") == []
    assert "hùng xử lý xong lúc" in text_of(lan.page("/alerts?state=settled"), ".facts")
    assert "cảnh báo" not in text_of(lan.page("/"), "main")


def test_the_alert_of_copies_says_what_they_say_and_leads_to_one_of_them(lan: Browser, world: World) -> None:
    with world.rows() as session:
        source = add_source(session)
        first, copy = (add_post(session, source, name, text="Cắt điện cả xã từ hôm qua đến giờ") for name in "12")
        matching.join_cluster(session, first, copy, world.now)
        add_flag(session, first)
        cluster = first.cluster_id or 0
        facts = {"cluster": cluster, "hours": 1, "posts": 23, "usual": 0.0}
        alerts.raise_once(session, "cluster:1", facts, now=world.now, quiet=None)
    (line,) = lan.page("/alerts").select('a[href="/flags/1"]')
    assert "(nhóm 1: Cắt điện cả xã từ hôm qua đến giờ; bình thường 0)" in line.get_text()


def test_a_search_is_watched_and_its_alert_is_shown_to_its_user_alone(
    lan: Browser, hung: Browser, world: World
) -> None:
    with world.rows() as session:
        person = users.by_name(session, "lan")
        query = {"q": "nợ lương"}
        saved_searches.save(session, person.id, page="search", name="nợ lương", query=query, now=world.now)
        facts = {"search": 1, "posts": 2}
        alerts.raise_once(session, "search:1", facts, now=world.now, quiet=None, user_id=person.id)
    assert lan.page("/alerts").select_one('a[href="/search?q=n%E1%BB%A3+l%C6%B0%C6%A1ng"]') is not None
    assert "Tìm kiếm đã lưu “nợ lương” có thêm 2 bài mới." in lan.get("/alerts").text
    assert hung.page("/alerts").select(".queue-line") == []
    assert hung.post("/alerts/1/settled", hung.fields("/", "/logout")).status_code == 404
    path = "/alerts/searches/1"
    lan.post(path, lan.fields("/alerts", path))
    assert "bạn đang theo dõi tìm kiếm này" in lan.get("/alerts").text
    hung.post(path, hung.fields("/", "/logout"))
    assert "bạn đang theo dõi tìm kiếm này" in lan.get("/alerts").text, "nobody stops the watch of somebody else"
    lan.post(path, lan.fields("/alerts", path))
    assert "bạn đang theo dõi tìm kiếm này" not in lan.get("/alerts").text


def test_an_alert_of_a_removed_search_tells_nothing_of_a_later_one_of_somebody_else(lan: Browser, world: World) -> None:
    now = world.now
    with world.rows() as session:
        own, other = users.by_name(session, "lan"), users.by_name(session, "hùng")
        saved_searches.save(session, own.id, page="search", name="nợ lương", query={"q": "nợ lương"}, now=now)
        facts = {"search": 1, "posts": 2}
        alerts.raise_once(session, "search:1", facts, now=now, quiet=None, user_id=own.id)
        saved_searches.remove(session, own.id, 1)
        saved_searches.save(session, other.id, page="search", name="việc riêng", query={"q": "riêng"}, now=now)
    page = lan.get("/alerts").text
    assert "việc riêng" not in page
    assert "ri%C3%AAng" not in page
    assert "Tìm kiếm đã lưu số 1 có thêm 2 bài mới." in page


def test_a_search_that_is_kept_anew_under_its_name_stays_watched(lan: Browser, world: World) -> None:
    token, path = lan.fields("/", "/logout"), "/alerts/searches/1"
    lan.post("/saved/search", token | {"name": "lương", "query": "q=nợ+lương"})
    lan.post(path, lan.fields("/alerts", path))
    lan.post("/saved/search", token | {"name": "lương", "query": "q=chậm+lương"})
    with world.rows() as session:
        (saved,) = alerts.watches(session)
        assert saved.query == {"q": "chậm lương"}
