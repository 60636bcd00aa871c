"""What the API shows: flags, posts, matters, figures; and how lists are paged."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from monitor.desk.api.paging import MAX_ID, decode, encode
from monitor.desk.api.problems import ApiProblem
from monitor.desk.api.views import day_begins, day_ends
from storage.models import Report, Source
from storage.review import flags
from tests.factories import add_post, add_source, decide
from tests.monitor.desk.api.client import Program, is_problem
from tests.monitor.desk.world import AUTHOR_KEY, World


def test_a_flag_is_read_with_its_reasons_and_decisions(program: Program, world: World) -> None:
    flag_id = world.flag(reasons=(("nóng", 1.5), ("Nguyễn Văn An", 0.5)))
    flag = program.data(f"/flags/{flag_id}")
    assert (flag["label"], flag["state"], flag["source"], flag["seen"]) == ("concern", "open", "forum", "0.0")
    assert flag["reasons"] == [{"words": "nóng", "weight": 1.5}, {"words": "[tên]", "weight": 0.5}]
    assert flag["decisions"] == []
    assert flag["opened_at"] == "2026-11-16T02:00:00Z"


def test_a_reason_that_is_masked_in_the_post_is_hidden(program: Program, world: World) -> None:
    reasons = (("nguyễn thị lan", 1.5), ("nóng", 1.0), ("chị", -0.5))
    flag_id = world.flag("Hỏi chị Nguyễn Thị Lan, xưởng nóng lắm", reasons=reasons)
    shown = [reason["words"] for reason in program.data(f"/flags/{flag_id}")["reasons"]]
    assert shown == ["[…]", "nóng", "chị"]


def test_names_of_accounts_in_those_of_sources_are_masked_and_their_counts_summed(
    program: Program, world: World
) -> None:
    flag_id = world.flag()
    with world.rows() as session:
        first = session.scalars(select(Source)).one()
        first.name = "Mastodon của @lan_o_xa"
        add_post(session, add_source(session, name="Mastodon của @minh_o_xa"), "2")
    masked = "Mastodon của [tài khoản]"
    assert program.data(f"/flags/{flag_id}")["source"] == masked
    assert program.data("/flags")["items"][0]["source"] == masked
    assert program.data("/posts/1")["source"] == masked
    assert program.data("/flags", source="Mastodon của @lan_o_xa")["items"] != []
    assert program.data("/figures")["posts"] == {masked: 2}


def test_what_is_not_there_is_said_so(program: Program) -> None:
    for path in ("/flags/9", "/posts/9", "/matters/9", "/matters/9/posts", "/summaries/2026-W47", "/nothing"):
        is_problem(program.get(path), 404)
    response = program.client.put("/api/v1/flags")
    is_problem(response, 405)
    assert response.headers["allow"] == "GET"


def test_a_path_with_a_line_break_is_still_one_of_the_api(program: Program, stranger: Program) -> None:
    for path in ("/flags/1%0A", "/flags/%0A", "/%0A/x"):
        is_problem(program.client.get(f"/api/v1{path}"), 404)
        is_problem(stranger.client.get(f"/api/v1{path}"), 404)


def test_what_is_not_valid_is_named(program: Program) -> None:
    response = program.get("/flags", limit=0)
    assert "see `errors`" in is_problem(response, 422)
    assert [error["place"] for error in response.json()["errors"]] == ["query.limit"]


def test_flags_are_filtered(program: Program, world: World) -> None:
    concern = world.flag()
    world.clock.advance(timedelta(days=2))
    claim = world.flag(label="unverified")
    for query, found in (
        ({}, [claim, concern]),
        ({"label": "concern"}, [concern]),
        ({"state": "open", "source": "forum"}, [claim, concern]),
        ({"source": "elsewhere"}, []),
        ({"since": "2026-11-17"}, [claim]),
        ({"until": "2026-11-16"}, [concern]),
        ({"label": "a\x00b"}, []),
    ):
        assert [flag["id"] for flag in program.data("/flags", **query)["items"]] == found, query


def test_pages_stay_whole_while_rows_are_added(program: Program, world: World) -> None:
    old = [world.flag() for _ in range(5)]
    first = program.data("/flags", limit=2)
    added = [world.flag() for _ in range(3)]
    rest = program.every_page("/flags", limit=2, cursor=first["next"])
    assert [flag["id"] for flag in first["items"] + rest] == old[::-1]
    assert [flag["id"] for flag in program.every_page("/flags", limit=2)] == [*added[::-1], *old[::-1]]


def test_a_cursor_belongs_to_its_list(program: Program, world: World) -> None:
    for _ in range(3):
        world.flag()
    cursor = program.data("/flags", limit=1)["next"]
    assert "same filters" in is_problem(program.get("/flags", cursor=cursor, label="concern"), 404)
    for wrong in ("", "x", "W10", "%00", "bnVsbA", "é"):
        is_problem(program.get("/flags", cursor=wrong), 404)


@given(st.integers(1, MAX_ID), st.text())
def test_a_cursor_leads_back_to_its_row(last_id: int, listing: str) -> None:
    assert decode(encode(last_id, [listing]), [listing]) == last_id


@given(st.text(max_size=40))
def test_no_text_is_a_cursor_by_chance(text: str) -> None:
    with pytest.raises(ApiProblem):
        decode(text, ["flags"])


@given(st.dates(), st.dates())
def test_every_day_of_the_calendar_begins_and_ends(one: object, other: object) -> None:
    for day in (one, other):
        assert day_begins(day) < day_ends(day)  # type: ignore[arg-type]


def test_a_post_is_shown_without_who_wrote_it(program: Program, world: World) -> None:
    world.flag(
        "Liên hệ chị Nguyễn Thị Lan, 0912 345 678, xưởng nóng",
        title="Gửi @lan.nguyen",
        url="https://mastodon.example/@lan/1",
        engagement={"likes": 3},
    )
    response = program.get("/posts/1")
    post = response.json()
    assert post["text"] == "Liên hệ chị [tên], [số điện thoại], xưởng nóng"
    assert (post["title"], post["url"], post["engagement"]) == ("Gửi [tài khoản]", None, {"likes": 3})
    assert post["flags"] == [{"id": 1, "label": "concern", "state": "open"}]
    assert AUTHOR_KEY not in response.text


def test_a_post_names_its_copies_and_its_matters(program: Program, world: World) -> None:
    numbers = [world.flag() for _ in range(3)]
    group = world.join(*numbers)
    with world.rows() as session:
        decide(session, flags.by_id(session, numbers[0]))
    post = program.data("/posts/1")
    assert (post["cluster_id"], post["matters"]) == (group, [1])
    listed = program.every_page("/matters/1/posts", limit=2)
    assert [post["id"] for post in listed] == [3, 2, 1]


def test_figures_and_summaries_are_read(program: Program, world: World) -> None:
    world.flag()
    figures = program.data("/figures")
    assert figures["flags"] == {"concern": {"open": 1}}
    assert (figures["posts"], figures["model"]) == ({"forum": 1}, "default-1")
    with world.rows() as session:
        for number in (1, 2):
            issued = {"schema_version": 2, "figures": {"totals": {"posts": number}}, "files": []}
            session.add(Report(period="2026-W46", created_at=world.now, **issued))
    assert [row["period"] for row in program.every_page("/summaries", limit=1)] == ["2026-W46"] * 2
    assert program.data("/summaries/2026-W46")["figures"] == {"totals": {"posts": 2}}


def test_too_much_is_refused_with_problem_details(program: Program) -> None:
    large = "x" * 70_000
    is_problem(program.client.post("/api/v1/flags/1/decisions", content=large), 413)

    def in_pieces() -> object:
        yield from (large.encode() for _ in range(2))

    is_problem(program.client.post("/api/v1/flags/1/decisions", content=in_pieces()), 413)


def test_a_database_that_fails_tells_nothing_of_its_place(program: Program, world: World) -> None:
    with world.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE host_state")
        connection.exec_driver_sql("ALTER TABLE reports RENAME TO elsewhere")
    response = program.get("/summaries")
    assert "kiemtin.db" not in is_problem(response, 503)
    assert response.headers["retry-after"] == "30"


def test_posts_are_searched_by_their_words_and_never_by_people(program: Program, world: World) -> None:
    for text in ("Công ty nợ lương", "Xưởng nóng", "Nợ lương hai tháng"):
        world.flag(text)
    world.index()
    found = program.every_page("/search", q="no luong", limit=1)
    assert [post["text"] for post in found] == ["Nợ lương hai tháng", "Công ty nợ lương"]
    assert program.data("/search", q="lương", label="negative")["items"] == []
    for typed, said in (("@lan.nguyen", "not searched by people"), ('"nợ', "missing its partner")):
        assert said in is_problem(program.get("/search", q=typed), 422)


def test_a_day_is_a_day(program: Program) -> None:
    for wrong in ("0", "1763251200", "16/11/2026", "2026-11-16T00:00:00"):
        is_problem(program.get("/flags", since=wrong), 422)
