"""How much is flagged: what each threshold comes to, another wish before and after it is saved, and who may save it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.models import AuditEvent, Threshold
from storage.scoring import registry
from tests.factories import add_post, add_source, make_model, make_score
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.world import World

PAGE = "/teach/thresholds"
CURVE = [(0.3, 0.5, 0.9), (0.5, 0.8, 0.6), (0.8, 0.9, 0.3)]


@pytest.fixture
def scored(world: World) -> None:
    """Score six posts in two days."""
    with world.rows() as session:
        draft = make_model(thresholds={"negative": 0.5}, metrics={"negative": {"curve": CURVE}})
        model = registry.activate(session, draft, world.now)
        source = add_source(session)
        for number, probability in enumerate((0.95, 0.85, 0.7, 0.6, 0.4, 0.1)):
            score = make_score(add_post(session, source, str(number)), {"negative": probability})
            registry.record_scores(session, model.id, [score])
    world.clock.advance(timedelta(days=2))


def rows(person: Browser, query: str = "") -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in person.page(f"{PAGE}{query}").select("tbody tr")]


def test_without_a_model_there_is_nothing_to_set(lan: Browser) -> None:
    assert "chưa chấm bài nào" in text_of(lan.page(PAGE), "main")


@pytest.mark.usefixtures("scored")
def test_a_lead_sees_what_a_wish_comes_to_before_it_is_saved(minh: Browser, world: World) -> None:
    name = "Tiêu cực, vi phạm chuẩn mực đạo đức"
    before = f"{name} ngưỡng của mô hình 50% 80% 60% 2,0"
    after = f"{name} ít nhất 90% đúng 80% 90% 30% 1,0"
    assert rows(minh) == [before]
    query = "?label=negative&aim=precision&value=90"
    assert rows(minh, query) == [before, before, after]
    assert minh.page("/teach").select_one(f'a[href="{PAGE}"]') is not None
    minh.post(PAGE, minh.fields(f"{PAGE}{query}", PAGE))
    assert rows(minh) == [after]
    with world.rows() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "threshold.set")).one()
        assert (event.subject, event.detail["wish"]) == ("negative", {"precision": 0.9})

    minh.post(PAGE, minh.fields(f"{PAGE}?label=negative&aim=per_day&value=1%2C5", PAGE))
    assert rows(minh) == [f"{name} khoảng 1,5 mục mỗi ngày 65% 85% 45% 1,5"]
    minh.post(PAGE, minh.fields(f"{PAGE}?label=negative", PAGE))
    assert rows(minh) == [before]


@pytest.mark.usefixtures("scored")
@pytest.mark.parametrize(
    ("aim", "value", "line"),
    [
        ("precision", "95", "chỉ đạt tỷ lệ đúng cao nhất là 90%"),
        ("precision", "20", "Xin ghi tỷ lệ từ 50"),
        ("per_day", "nhiều", "Xin ghi tỷ lệ từ 50"),
        ("mood", "1", "Xin ghi tỷ lệ từ 50"),
    ],
)
def test_what_cannot_be_had_is_said_and_not_saved(minh: Browser, world: World, aim: str, value: str, line: str) -> None:
    page = minh.page(f"{PAGE}?label=negative&aim={aim}&value={value}")
    assert line in text_of(page, "[role=alert]")
    assert page.select(f'form[method=post][action="{PAGE}"]') == []
    fields = {"label": "negative", "aim": aim, "value": value}
    answer = minh.post(PAGE, minh.fields(f"{PAGE}?label=negative", PAGE) | fields)
    assert answer.status_code == 422
    with world.rows() as session:
        assert session.scalars(select(Threshold)).all() == []


@pytest.mark.usefixtures("scored")
def test_a_reviewer_sees_the_effect_and_saves_nothing(lan: Browser) -> None:
    page = lan.page(f"{PAGE}?label=negative&aim=precision&value=90")
    assert page.select_one("#preview table") is not None
    assert page.select(f'form[method=post][action="{PAGE}"]') == []
