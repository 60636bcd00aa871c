"""A line of one's own: a reviewer's sentence stands for a flag in lists, in its case, its cluster and in search."""

from storage.models import Case
from storage.review import flags
from storage.scoring import matching
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.world import World

POST = "TRỜI ƠI!!! XƯỞNG BA NỢ LƯƠNG HAI THÁNG RỒI"
SAID = "Xưởng ba nợ lương tháng chín và tháng mười"


def summarise(person: Browser, flag_id: int, summary: str) -> int:
    return person.send(f"/flags/{flag_id}/summary", f"/flags/{flag_id}", summary=summary).status_code


def line_of(person: Browser, path: str) -> str:
    return text_of(person.page(path), ".queue-line")


def test_a_sentence_is_proposed_and_edited_by_one_key(lan: Browser, world: World) -> None:
    flag_id = world.flag(POST)
    assert line_of(lan, "/queue") == "Trời ơi xưởng ba nợ lương hai tháng rồi"
    field = lan.page(f"/flags/{flag_id}").select("input[name=summary]")[0]
    assert (field["data-focus-key"], field["value"]) == ("e", "Trời ơi xưởng ba nợ lương hai tháng rồi")
    assert summarise(lan, flag_id, SAID) == 303
    assert line_of(lan, "/queue") == SAID
    assert summarise(lan, flag_id, "") == 303
    assert line_of(lan, "/queue") == "Trời ơi xưởng ba nợ lương hai tháng rồi"
    assert summarise(lan, flag_id, "x" * 161) == 422


def test_what_is_proposed_is_not_stored_and_a_name_is_masked(lan: Browser, world: World) -> None:
    flag_id = world.flag("Xưởng ba nợ lương")
    summarise(lan, flag_id, "Xưởng ba nợ lương")
    with world.rows() as session:
        assert flags.by_id(session, flag_id).summary is None
    summarise(lan, flag_id, "Theo chị Nguyễn Thị Mẫu, xưởng ba nợ lương")
    assert line_of(lan, "/queue") == "Theo chị [tên], xưởng ba nợ lương"


def test_the_sentence_of_a_flag_is_that_of_its_case_also_when_the_post_is_gone(lan: Browser, world: World) -> None:
    before, after = world.flag(POST), world.flag("Bữa ca toàn cơm nguội")
    summarise(lan, before, SAID)
    for flag_id in (before, after):
        lan.decide(flag_id, "yes", topic="wages")
    summarise(lan, after, "Bữa ăn ca kém")
    with world.rows() as session:
        assert [session.get_one(Case, number).summary for number in (1, 2)] == [SAID, "Bữa ăn ca kém"]
        session.delete(flags.by_id(session, before).post)
    assert [line.get_text() for line in lan.page("/cases").select(".queue-line")] == [SAID, "Bữa ăn ca kém"]


def test_a_cluster_and_a_found_post_are_called_by_it(lan: Browser, world: World) -> None:
    first, copy = world.flag(POST), world.flag(POST)
    cluster = world.join(first, copy)
    with world.rows() as session:
        matching.set_name(session, cluster, "nợ lương, hai tháng")
    world.index()
    assert "nợ lương, hai tháng" in lan.get(f"/flags/{copy}").text
    summarise(lan, first, SAID)
    assert SAID in lan.get(f"/flags/{copy}").text
    assert SAID in lan.get("/search?q=luong").text
