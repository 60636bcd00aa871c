"""The page of search: words, filters, numbers of flags, pages, files, and searches to keep."""

import csv
import io
import json
import unicodedata
from dataclasses import asdict
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from classifiers.text.segment import Segmenter
from monitor.desk.views.search_view import excerpt, mark_words
from monitor.review.search_query import parse_query, words_of
from storage.models import AuditEvent, SavedSearch
from storage.posts import posts
from storage.scoring import matching
from storage.search import saved_searches, search
from tests.factories import add_post, add_source
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.world import AUTHOR_KEY, World

SEGMENTER = Segmenter()


@pytest.fixture
def posts_there(world: World) -> int:
    """Store three posts of which one is flagged, index them, and give the number of the flag."""
    flag = world.flag("Mai cắt điện cả khu trọ, gọi chị Lan 0912345678", label="unverified")
    with world.rows() as session:
        paper = add_source(session, "báo", role="reference")
        add_post(session, paper, "notice", text="Lịch cắt điện tuần này đã có")
        add_post(session, paper, "show", text="=Diễn viên về thăm khu trọ")
    world.index()
    return flag


def found(person: Browser, query: str) -> list[str]:
    return [line.get_text() for line in person.page(f"/search?{query}").select(".found")]


def test_words_are_found_with_and_without_diacritics_and_marked(lan: Browser, posts_there: int) -> None:
    assert [line[:4] for line in found(lan, "q=điện")] == ["Lịch", "Mai "]
    assert len(found(lan, "q=dien")) == 3
    page = lan.page("/search?q=" + quote('"cat dien"'))
    assert [mark.get_text() for mark in page.select(".found mark")] == ["cắt điện", "cắt điện"]
    assert "2 bài" in text_of(page, "[role=status]")


def test_filters_narrow_the_results(lan: Browser, posts_there: int) -> None:
    assert len(found(lan, "q=dien&label=unverified")) == 1
    assert len(found(lan, "q=dien&state=open")) == 1
    assert len(found(lan, "q=dien&source=" + quote("báo"))) == 2
    assert len(found(lan, "q=dien&since=2026-11-16&until=2026-11-16")) == 3
    assert found(lan, "q=dien&until=2026-11-15") == []
    assert len(found(lan, "q=dien&since=whenever&label=politics")) == 3


@pytest.mark.parametrize(
    "typed", ["Điện Biên Đông", "điện biên đông", "ĐIỆN BIÊN", unicodedata.normalize("NFD", "Điện Biên")]
)
def test_the_place_of_a_matter_is_found_in_small_letters_and_in_capitals(
    lan: Browser, world: World, typed: str
) -> None:
    lan.decide(world.flag(), "yes", topic="safety", place="Xã Điện Biên Đông")
    world.index()
    assert len(found(lan, "place=" + quote(typed))) == 1


def test_matters_and_groups_of_copies_narrow_the_results(lan: Browser, posts_there: int, world: World) -> None:
    concern = world.flag("Công ty cắt điện cả xưởng lúc tăng ca", label="concern")
    lan.decide(concern, "yes", topic="safety", place="Khu B, Nậm Pha")
    world.index()
    assert len(found(lan, "q=dien&topic=safety")) == 1
    assert found(lan, "q=dien&topic=wages") == []
    assert len(found(lan, "place=" + quote("Nậm Pha"))) == 1
    with world.rows() as session:
        ids = search.find(session, parse_query("dien"), limit=2)
        first, second = posts.in_order(session, ids)
        matching.join_cluster(session, first, second, world.now)
        session.commit()
        number = first.cluster_id
    assert len(found(lan, f"cluster={number}")) == len(found(lan, f"q=dien&cluster=%23{number}")) == 2
    assert len(found(lan, "q=dien&cluster=x&topic=politics")) == 4


def test_a_number_leads_to_its_flag(lan: Browser, posts_there: int) -> None:
    assert lan.page(f"/search?q=%23{posts_there}").select_one(f'a[href="/flags/{posts_there}"]') is not None
    text = text_of(lan.page(f"/search?q=%23{posts_there}"), "main")
    assert f"#{posts_there}: Mai cắt điện cả khu trọ" in text
    assert "Không tìm thấy bài nào" not in text
    assert "0 bài" not in text
    assert "Mục có số này" not in lan.get("/search?q=999999999999999999999").text


@pytest.mark.parametrize("typed", ["@hoa.hong", AUTHOR_KEY, "0912345678"])
def test_nobody_is_found(lan: Browser, posts_there: int, typed: str) -> None:
    assert found(lan, f"q={quote(typed)}") == []


def test_what_is_no_search_is_said_in_one_line(lan: Browser, posts_there: int) -> None:
    page = lan.page("/search?q=" + quote('"cắt điện'))
    assert text_of(page, "[role=alert]") == "Thiếu một dấu ngoặc kép: xin thêm vào hoặc bỏ đi."
    assert lan.get("/search/export.csv?q=%22").status_code == 422


def test_what_the_words_fit_best_comes_first_and_the_newest_on_request(lan: Browser, world: World) -> None:
    with world.rows() as session:
        source = add_source(session)
        for text in ("Nợ lương, nợ lương mãi", f"Công ty nợ {'nhiều thứ ' * 30} lương thưởng", "Trả lương đúng kỳ"):
            add_post(session, source, text[:9], text=text)
    world.index()
    assert [line[:4] for line in found(lan, "q=no+luong")] == ["Nợ l", "Công"]
    assert [line[:4] for line in found(lan, "q=no+luong&order=newest")] == ["Công", "Nợ l"]


def test_results_come_page_by_page(lan: Browser, world: World) -> None:
    with world.rows() as session:
        source = add_source(session)
        for number in range(27):
            add_post(session, source, str(number), text=f"nợ lương {number}")
    world.index()
    assert len(found(lan, "q=luong")) == 25
    assert found(lan, "q=luong&page=2") == ["nợ lương 1", "nợ lương 0"]


def test_files_are_masked_hold_no_author_and_are_recorded(lan: Browser, world: World, posts_there: int) -> None:
    table = lan.get("/search/export.csv?q=dien")
    assert table.headers["content-disposition"] == 'attachment; filename="kiemtin-search.csv"'
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert rows[0]["text"].startswith("'=")
    assert rows[2]["flags"] == "unverified:open"
    lines = [json.loads(line) for line in lan.get("/search/export.jsonl?q=dien").text.splitlines()]
    assert [line["source"] for line in lines] == ["báo", "báo", "forum"]
    for body in (table.text, json.dumps(lines)):
        assert "0912345678" not in body
        assert AUTHOR_KEY not in body
    with world.rows() as session:
        details = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "search_export")).all()
    assert details[0] == {"posts": 3, "cut": False, "format": "csv"}


def test_a_source_that_is_named_after_an_account_or_like_a_formula_is_made_harmless(lan: Browser, world: World) -> None:
    with world.rows() as session:
        for number, name in enumerate(("@lan.nguyen", "=HYPERLINK(1)")):
            add_post(session, add_source(session, name), str(number), text="nợ lương")
    world.index()
    table = lan.get("/search/export.csv?q=luong").content.decode("utf-8-sig")
    sources = {row["source"] for row in csv.DictReader(io.StringIO(table))}
    assert "'=HYPERLINK(1)" in sources
    assert "lan.nguyen" not in table


def test_one_export_runs_at_a_time_however_many_ask(lan: Browser, app: FastAPI, posts_there: int) -> None:
    exporting = app.state.desk.exporting
    with exporting:
        refused = lan.get("/search/export.csv?q=dien")
    assert (refused.status_code, "Đang có một bản xuất khác" in refused.text) == (429, True)
    assert lan.get("/search/export.csv?q=%22").status_code == 422
    assert lan.get("/search/export.csv?q=dien").status_code == 200


def test_a_search_is_kept_for_its_user_and_forgotten(lan: Browser, hung: Browser, posts_there: int) -> None:
    fields = lan.fields("/search?q=điện&label=unverified", "/saved/search")
    assert lan.post("/saved/search", fields | {"name": "mất điện"}).status_code == 303
    (saved,) = lan.page("/search").find_all("a", string="mất điện")
    assert len(found(lan, str(saved["href"]).partition("?")[2])) == 1
    assert "mất điện" not in hung.get("/search").text
    action = str(lan.page("/search").select("form[action$=remove]")[0]["action"])
    hung.post(action, hung.fields("/", "/logout"))
    assert "mất điện" in lan.get("/search").text
    lan.post(action, lan.fields("/", "/logout"))
    assert "mất điện" not in lan.get("/search").text


def test_a_long_text_is_cut_around_what_was_found() -> None:
    text = "một hai ba " * 100 + "nợ l.ư.ơ.n.g tháng 13" + " bốn năm" * 100
    pieces = mark_words(excerpt(text, words_of(parse_query("luong")), str))
    assert [piece.text for piece in pieces if piece.tone] == ["l.ư.ơ.n.g"]
    assert pieces[0].text == "… "
    assert pieces[-1].text.endswith(" …")
    assert sum(len(asdict(piece)["text"]) for piece in pieces) < 450


def test_so_many_searches_are_kept_and_no_more(
    lan: Browser, hung: Browser, posts_there: int, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_searches, "MOST_KEPT", 3)

    def keep(person: Browser, name: str) -> int:
        fields = person.fields("/search?q=điện", "/saved/search")
        return person.post("/saved/search", fields | {"name": name}).status_code

    assert [keep(lan, name) for name in ("a", "b", "c", "d", "b")] == [303, 303, 303, 409, 303]
    assert keep(hung, "a") == 303
    with world.rows() as session:
        assert session.scalar(select(func.count()).select_from(SavedSearch)) == 4
