"""A line of one's own: the sentence that a person writes when deciding is that of the matter, wherever it is named."""

from storage.models import Matter
from storage.review import flags
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.world import World

POST = "TRỜI ƠI!!! XƯỞNG BA NỢ LƯƠNG HAI THÁNG RỒI"
PROPOSED = "Trời ơi xưởng ba nợ lương hai tháng rồi"
SAID = "Xưởng ba nợ lương tháng chín và tháng mười"


def test_a_sentence_is_proposed_and_edited_by_one_key(lan: Browser, world: World) -> None:
    flag_id = world.flag(POST)
    assert text_of(lan.page("/queue"), ".queue-line") == PROPOSED
    (field,) = lan.page(f"/flags/{flag_id}").select("input[name=sentence]")
    assert (field["data-focus-key"], field["value"]) == ("e", PROPOSED)
    assert lan.decide(flag_id, "yes", sentence="x" * 161).status_code == 422
    assert lan.decide(flag_id, "yes", sentence=SAID).status_code == 303
    assert text_of(lan.page("/matters"), ".queue-line") == SAID
    assert SAID in text_of(lan.page(f"/flags/{flag_id}"), ".decide")
    assert lan.page(f"/flags/{flag_id}").select("input[name=sentence]") == [], "the matter has its sentence"


def test_what_is_proposed_is_not_stored_and_a_name_is_masked(lan: Browser, world: World) -> None:
    first, second = world.flag("Xưởng ba nợ lương"), world.flag("Bữa ca toàn cơm nguội")
    lan.decide(first, "yes", sentence="Xưởng ba nợ lương")
    lan.decide(second, "yes", sentence="Theo chị Nguyễn Thị Mẫu, bữa ca nguội")
    with world.rows() as session:
        said = [session.get_one(Matter, number).sentence for number in (1, 2)]
    assert said == ["", "Theo chị [tên], bữa ca nguội"]


def test_the_sentence_is_changed_on_the_page_of_the_matter(lan: Browser, world: World) -> None:
    lan.decide(world.flag(POST), "yes")
    page = "/matters/1"
    assert text_of(lan.page(page), "h1") == PROPOSED
    lan.send(f"{page}/steps", page, kind="described", sentence="Theo chị Nguyễn Thị Mẫu, nợ lương")
    assert text_of(lan.page(page), "h1") == "Theo chị [tên], nợ lương"
    lan.send(f"{page}/steps", page, kind="described", sentence="")
    assert text_of(lan.page(page), "h1") == PROPOSED


def test_a_matter_keeps_its_sentence_when_its_posts_are_gone(lan: Browser, world: World) -> None:
    numbers = [world.flag(POST), world.flag("Bữa ca toàn cơm nguội")]
    for flag_id, sentence in zip(numbers, (SAID, ""), strict=True):
        lan.decide(flag_id, "yes", topic="wages", sentence=sentence)
    with world.rows() as session:
        for flag_id in numbers:
            session.delete(flags.by_id(session, flag_id).post)
    lines = [line.get_text() for line in lan.page("/matters").select(".queue-line")]
    assert lines == [SAID, "Bài đã bị xóa vì hết hạn lưu hoặc theo yêu cầu"]
    assert lan.get("/matters/2").status_code == 200
