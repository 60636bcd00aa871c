"""The shift: assignments, and notes for those who come next."""

from datetime import timedelta

from monitor.operations.retain import HANDOVERS_KEPT
from storage.review import teamwork
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.world import World


def test_a_flag_is_assigned_and_shown_until_it_is_decided(lan: Browser, hung: Browser, world: World) -> None:
    flag_id = world.flag("Xưởng nóng quá")
    people = {option.get_text(): str(option["value"]) for option in lan.page(f"/flags/{flag_id}").select("option")}
    assert lan.send(f"/flags/{flag_id}/assignments", user_id=people["hùng"]).status_code == 303
    assert "Đang giao cho hùng." in lan.get(f"/flags/{flag_id}").text
    assert "Xưởng nóng quá" in hung.get("/shift").text
    assert "lan giao lúc" in hung.get("/shift").text
    assert "Không có mục nào được giao cho bạn" in lan.get("/shift").text
    hung.decide(flag_id, "yes")
    assert "Không có mục nào được giao cho bạn" in hung.get("/shift").text


def test_only_open_flags_are_assigned_and_only_to_who_may_decide(lan: Browser, world: World) -> None:
    flag_id = world.flag()
    assert lan.send(f"/flags/{flag_id}/assignments", user_id="99").status_code == 404
    assert lan.send("/flags/99/assignments", user_id="1").status_code == 404
    lan.decide(flag_id, "yes")
    assert lan.send(f"/flags/{flag_id}/assignments", user_id="1").status_code == 404


def test_a_handover_is_read_by_everybody_and_deleted_in_the_end(lan: Browser, hung: Browser, world: World) -> None:
    assert lan.send("/shift/handovers", text="  ").status_code == 303
    assert "chưa có lời bàn giao nào" in hung.get("/shift").text
    lan.send("/shift/handovers", text="Còn hai vụ việc chưa gọi.\r\n<b>Gấp</b>")
    shown = hung.get("/shift").text
    assert "Còn hai vụ việc chưa gọi." in shown
    assert "&lt;b&gt;Gấp" in shown
    assert lan.send("/shift/handovers", text="x" * 4_001).status_code == 422
    with world.rows() as session:
        assert teamwork.delete_old_handovers(session, world.now - HANDOVERS_KEPT) == 0
        assert teamwork.delete_old_handovers(session, world.now + timedelta(seconds=1)) == 1
