"""Two eyes: a share of decided flags is judged again, unseen; who differs waits for a third person."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from monitor.settings.settings import Settings
from storage.models import Flag, Review
from storage.review.second_readings import Draw
from tests.clock import MONDAY_MORNING
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.conftest import Newcomer
from tests.monitor.desk.world import World


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Have every decided flag read twice."""
    return settings.model_copy(update={"second_reading_share": 1.0})


def answer(person: Browser, path: str, decision: str, **values: str) -> int:
    """Press a button of a second reading or a difference."""
    return person.send(f"{path}/decisions", path, decision=decision, **values).status_code


def differ(first: Browser, second: Browser, world: World) -> int:
    """Let one person confirm a flag and another one reject it; gives its number."""
    flag_id = world.flag()
    first.decide(flag_id, "yes")
    answer(second, f"/flags/{flag_id}", "no")
    return flag_id


def differences(person: Browser) -> list[str]:
    """Give the addresses of the differences that a person may settle."""
    return [str(link["href"]) for link in person.page("/second").select('main td a[href^="/flags/"]')]


def test_the_second_reader_sees_nothing_of_the_first_decision(lan: Browser, hung: Browser, world: World) -> None:
    flag_id = world.flag()
    lan.decide(flag_id, "yes", note="chị tổ trưởng xác nhận")
    assert hung.next(view="own=second") == f"/flags/{flag_id}?own=second"
    page = hung.get(f"/flags/{flag_id}").text
    assert "Xưởng nóng 40 độ" in page
    assert "xác nhận" not in page
    assert "87%" not in page
    assert "xác nhận" in lan.get(f"/flags/{flag_id}").text
    assert answer(hung, f"/flags/{flag_id}", "yes") == 303
    assert "xác nhận" in hung.get(f"/flags/{flag_id}").text


def test_nobody_reads_their_own_decision_twice(lan: Browser, hung: Browser, world: World) -> None:
    flag_id = world.flag()
    lan.decide(flag_id, "yes")
    assert lan.next(view="own=second") == "/second"
    assert lan.page(f"/flags/{flag_id}").select("input[name=blind]") == []
    forged = lan.fields(f"/flags/{flag_id}", f"/flags/{flag_id}/decisions") | {"decision": "no", "blind": "true"}
    assert lan.post(f"/flags/{flag_id}/decisions", forged).status_code == 409
    assert answer(hung, f"/flags/{flag_id}", "no") == 303
    assert hung.next(view="own=second") == "/second"


def test_a_difference_waits_for_a_third_person_whose_decision_counts(
    lan: Browser, hung: Browser, mai: Browser, world: World
) -> None:
    flag_id = differ(lan, hung, world)
    assert world.states(flag_id) == ["confirmed"]  # a second reading changes nothing by itself
    for person in (lan, hung):
        assert differences(person) == []
        assert "bạn là một trong hai người" in person.get("/second").text
    (path,) = differences(mai)
    assert mai.next(view="own=differing") == f"{path}?own=differing"
    assert "“Đúng” và “Không phải”" in mai.get(path).text
    assert {"lan", "hùng"}.isdisjoint(mai.page(path).select("main")[0].get_text().split())
    assert answer(mai, path, "no", note="hỏi lại rồi") == 303
    assert world.states(flag_id) == ["rejected"]
    assert differences(mai) == []
    assert "hỏi lại rồi" in mai.get(path).text, "from now on it is an ordinary flag"


def test_finer_decisions_of_one_meaning_are_no_difference(
    lan: Browser, hung: Browser, mai: Browser, world: World
) -> None:
    flag_id = world.flag(label="unverified")
    lan.decide(flag_id, "no_source")
    answer(hung, f"/flags/{flag_id}", "refuted")
    assert differences(mai) == []


def test_a_third_person_names_a_link_where_one_is_needed(
    lan: Browser, hung: Browser, mai: Browser, world: World
) -> None:
    flag_id = world.flag(label="unverified")
    lan.decide(flag_id, "no_source")
    answer(hung, f"/flags/{flag_id}", "not_a_claim")
    (path,) = differences(mai)
    assert answer(mai, path, "refuted", note="đã đọc") == 422
    assert answer(mai, path, "refuted", evidence="javascript:alert(1)") == 422
    form = mai.fields(path, f"{path}/decisions") | {"decision": "refuted", "evidence": "bao.example/1"}
    assert ">bao.example/1</textarea>" in mai.post(f"{path}/decisions", form).text, "what was typed stays"
    assert world.states(flag_id) == ["confirmed"]
    assert answer(mai, path, "supported", evidence="https://bao.example/1") == 303
    assert world.states(flag_id) == ["rejected"]


def test_a_decision_that_does_not_exist_is_refused(lan: Browser, hung: Browser, world: World) -> None:
    flag_id = world.flag()
    lan.decide(flag_id, "yes")
    for decision in ("refuted", "reopened", "withdrawn", ""):
        assert answer(hung, f"/flags/{flag_id}", decision) == 422
    assert hung.next(view="own=second") == f"/flags/{flag_id}?own=second"


def test_agreement_is_shown_by_label(lan: Browser, hung: Browser, world: World) -> None:
    assert "Chưa có mục nào" in lan.get("/second").text
    for first, second in (("yes", "yes"), ("no", "no"), ("yes", "no"), ("yes", "yes"), ("no", "no")):
        rows = agreement_rows(lan)
        assert not rows or all("quá ít để tính: cần thêm" in row[3] for row in rows)
        flag_id = world.flag()
        lan.decide(flag_id, first)
        answer(hung, f"/flags/{flag_id}", second)
    rows = agreement_rows(lan)
    assert [(*row[1:3], row[3].split()[0]) for row in rows] == [("5", "80%", "0,64")]


def agreement_rows(reader: Browser) -> list[list[str]]:
    """Give the cells of the table of agreement."""
    rows = reader.page("/second").select("caption ~ tbody tr")
    return [[" ".join(cell.get_text().split()) for cell in row("td")] for row in rows]


def test_what_was_decided_too_long_ago_is_not_read_again(lan: Browser, hung: Browser, world: World) -> None:
    lan.decide(world.flag(), "yes")
    assert "1 mục đang chờ bạn" in hung.get("/second").text
    world.clock.advance(timedelta(days=15))
    hung.sign_in("hùng")
    assert "Không có mục nào chờ bạn đọc lại" in hung.get("/second").text


def test_a_flag_that_was_opened_again_waits_for_no_second_reading(lan: Browser, hung: Browser, world: World) -> None:
    flag_id = world.flag()
    lan.decide(flag_id, "yes")
    lan.decide(flag_id, "reopened")
    assert hung.next(view="own=second") == "/second"


def test_two_second_readers_are_given_different_flags(lan: Browser, hung: Browser, mai: Browser, world: World) -> None:
    for _ in range(2):
        lan.decide(world.flag(), "yes")
    assert {hung.next(view="own=second"), mai.next(view="own=second")} == {"/flags/1?own=second", "/flags/2?own=second"}


@given(st.binary(min_size=1, max_size=80), st.sampled_from([0.0, 0.1, 0.5, 1.0]))
def test_the_share_is_drawn_by_flag_and_never_by_person(seed: bytes, share: float) -> None:
    draw = Draw(seed, share, MONDAY_MORNING)
    drawn = [draw.takes(number, 0) for number in range(2000)]
    assert drawn == [draw.takes(number, 0) for number in range(2000)]
    # 2,000 draws stay within six standard deviations
    assert abs(sum(drawn) - 2000 * share) <= 6 * (2000 * share * (1 - share)) ** 0.5


def test_the_flag_itself_is_not_touched_by_a_second_reading(lan: Browser, hung: Browser, world: World) -> None:
    flag_id = differ(lan, hung, world)
    with world.rows() as session:
        flag = session.get_one(Flag, flag_id)
        assert (flag.state, flag.lease_owner) == ("confirmed", None)
        assert [review.blind_to for review in session.scalars(select(Review).order_by(Review.id))] == [None, 1]
    assert text_of(lan.page("/second"), "h1") == "Đọc lần hai"


def test_of_two_third_people_at_once_only_one_settles_a_difference(
    lan: Browser, hung: Browser, mai: Browser, newcomer: Newcomer, world: World
) -> None:
    oanh, flag_id = newcomer("oanh"), differ(lan, hung, world)
    path = f"/flags/{flag_id}"
    late = mai.fields(path, f"{path}/decisions")
    assert answer(oanh, path, "yes") == 303
    assert mai.post(f"{path}/decisions", late | {"decision": "no"}).status_code == 409
    assert world.states(flag_id) == ["confirmed"]


def test_of_two_second_readers_at_once_the_later_one_is_told(
    lan: Browser, hung: Browser, mai: Browser, world: World
) -> None:
    flag_id = world.flag()
    path = f"/flags/{flag_id}"
    lan.decide(flag_id, "yes")
    late = hung.fields(path, f"{path}/decisions")
    assert answer(mai, path, "no") == 303
    assert hung.post(f"{path}/decisions", late | {"decision": "no"}).status_code == 409
    assert world.states(flag_id) == ["confirmed"], "nor does it settle the difference unseen"


def test_a_difference_ends_with_the_decision_on_which_it_rests(
    lan: Browser, hung: Browser, mai: Browser, world: World
) -> None:
    flag_id = differ(lan, hung, world)
    assert len(differences(mai)) == 1
    lan.send("/undo", f"/flags/{flag_id}")
    assert differences(mai) == []


def test_a_viewer_is_not_told_to_have_read_what_others_did(
    lan: Browser, hung: Browser, newcomer: Newcomer, world: World
) -> None:
    viewer = newcomer("tú", "viewer")
    differ(lan, hung, world)
    shown = text_of(viewer.page("/second"), "main")
    assert "1 mục có hai câu trả lời khác nhau, đang chờ người thứ ba." in shown
    assert "bạn là một trong hai người" not in shown
    assert "bạn là một trong hai người" in text_of(lan.page("/second"), "main")
