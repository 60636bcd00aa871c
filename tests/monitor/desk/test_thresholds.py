"""How much is flagged: what each threshold comes to, another number before and after, and who may save it."""

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
def test_a_lead_sees_what_a_number_comes_to_before_it_is_saved(minh: Browser, world: World) -> None:
    name = "Tiêu cực, vi phạm chuẩn mực đạo đức"
    before = f"{name} ngưỡng của mô hình 50% 80% 60% 2,0"
    after = f"{name} nhiều nhất 1 mục mỗi ngày 77% 89% 33% 1,0"
    assert rows(minh) == [before]
    query = "?label=negative&most=1"
    assert rows(minh, query) == [before, before, after]
    assert minh.page("/teach").select_one(f'a[href="{PAGE}"]') is not None
    minh.post(PAGE, minh.fields(f"{PAGE}{query}", PAGE))
    assert rows(minh) == [after]
    with world.rows() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "threshold.set")).one()
        assert (event.subject, event.detail["most_a_day"]) == ("negative", 1)
    assert minh.post(PAGE, minh.fields("/account", "/logout") | {"label": "negative", "most": ""}).status_code == 303
    assert rows(minh) == [before]


@pytest.mark.usefixtures("scored")
@pytest.mark.parametrize("typed", ["0", "10001", "nhiều", "1,5", "-3"])
def test_what_is_no_such_number_is_said_and_not_saved(minh: Browser, world: World, typed: str) -> None:
    page = minh.page(f"{PAGE}?label=negative&most={typed}")
    assert "Xin ghi một số từ 1 đến 10.000" in text_of(page, "[role=alert]")
    assert page.select(f'form[method=post][action="{PAGE}"]') == []
    answer = minh.post(PAGE, minh.fields("/account", "/logout") | {"label": "negative", "most": typed})
    assert answer.status_code == 422
    with world.rows() as session:
        assert session.scalars(select(Threshold)).all() == []


@pytest.mark.usefixtures("scored")
def test_a_reviewer_sees_the_effect_and_saves_nothing(lan: Browser) -> None:
    page = lan.page(f"{PAGE}?label=negative&most=1")
    assert page.select_one("#preview table") is not None
    assert page.select(f'form[method=post][action="{PAGE}"]') == []
