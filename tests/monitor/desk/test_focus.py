"""What the office named: saved by a lead, seen by everybody, and why a flag stands where it stands."""

from sqlalchemy import select

from monitor.scoring.flag_value import place_open_flags
from storage.models import AuditEvent
from storage.scoring import focus
from storage.scoring.focus import FocusDraft
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.world import World

FORM = {"province": " Nậm Pha ", "neighbours": "Lai Châu\nSơn La", "words": "bãi rác, Công ty May Nậm Pha"}
TEXTS = ("Chợ đêm hôm qua đông quá trời đông, đi bộ mỏi cả chân", "Bãi rác Nậm Pha bốc khói khét lẹt cả đêm qua")


def test_a_lead_names_what_matters_and_the_queue_follows(minh: Browser, lan: Browser, world: World) -> None:
    for text in TEXTS:
        world.flag(text)
    place_open_flags(world.database, world.now)
    assert [line.get_text() for line in lan.page("/queue").select(".queue-line")] == list(TEXTS)
    assert minh.send("/focus", "/focus", **FORM).status_code == 303
    assert [line.get_text() for line in lan.page("/queue").select(".queue-line")] == list(TEXTS[::-1])
    line = text_of(lan.page("/flags/2"), ".standing")
    assert "nhắc đến nơi này (“Nậm Pha”), điều cần theo dõi (“bãi rác”) ×6,2" in line
    assert "không nhắc đến việc làm hay nơi này ×0,2" in text_of(lan.page("/flags/1"), ".standing")
    with world.rows() as session:
        named = FocusDraft(
            province="Nậm Pha", neighbours=("Lai Châu", "Sơn La"), words=("bãi rác", "Công ty May Nậm Pha")
        )
        assert focus.stored(session) == named
        detail = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "focus.set")).one()
    assert detail == {"words": 2, "neighbours": 2}


def test_a_name_is_refused_and_nothing_is_stored(minh: Browser, world: World) -> None:
    response = minh.send("/focus", "/focus", **FORM | {"words": "bãi rác\nNguyễn Văn Mẫu"})
    assert response.status_code == 422
    assert "Không theo dõi tên người. Xin bỏ: “Nguyễn Văn Mẫu”." in response.text
    with world.rows() as session:
        assert focus.stored(session) == FocusDraft()


def test_a_reviewer_sees_it_and_changes_nothing(lan: Browser) -> None:
    assert lan.page("/focus").select("main button") == []
    assert lan.send("/focus", **FORM).status_code == 403


def test_insults_among_strangers_are_one_line_of_the_queue(lan: Browser, world: World) -> None:
    world.flag("Xưởng nóng")
    for number in range(2):
        world.flag(f"Đồ ngu {number}", label="negative")
    page = lan.page("/queue")
    assert [line.get_text() for line in page.select(".queue-line")] == ["Xưởng nóng"]
    (link,) = page.select('main a[href="/queue?label=negative"]')
    assert link.get_text().startswith("2 lời xúc phạm giữa người lạ")
    assert len(lan.page("/queue?label=negative").select(".queue-line")) == 2
    assert "giữa người lạ" in text_of(lan.page("/flags/2"), ".standing")
