"""Teaching in the background: one step at a time, its progress is told, and what fails is said and leaves no trace."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import pytest

from classifiers.errors import ModelRefused
from classifiers.persistence import DEFAULT_FOLDER, load
from classifiers.text.segment import Segmenter
from monitor.app.application import Application
from monitor.errors import NotReady, PromotionRefused
from monitor.learning.teaching import BackgroundTeaching, TeachingStatus
from monitor.privacy.secret_key import make_key
from monitor.scoring.model_folders import Progress
from monitor.scoring.score import model_draft
from monitor.settings.settings import Settings
from storage.models import AuditEvent
from storage.posts import posts
from storage.scoring import registry
from tests.clock import FakeClock
from tests.corpus import corpus
from tests.factories import add_source, add_user, make_post
from tests.monitor.learning.labelled_posts import answer_all
from tests.monitor.learning.model_folders import copy_model


class Later(Executor):
    """Keeps tasks until a test runs them."""

    def __init__(self) -> None:
        self.tasks: list[Callable[[], object]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        self.tasks.append(lambda: fn(*args, **named))
        return Future()

    def run(self) -> None:
        self.tasks.pop(0)()


class Steps:
    """Stands in for the steps; each says something different."""

    def draw(self, progress: Progress) -> None:
        progress("reading", 1, 4)
        raise NotReady("run `kiemtin score` first")

    def learn(self, progress: Progress) -> None:
        progress("teaching", 2, 3)

    def promote(self, name: str, user_id: int) -> None:
        raise PromotionRefused(f"{name} is worse ({user_id})")


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def teaching(later: Later) -> BackgroundTeaching:
    return BackgroundTeaching(Steps, later)  # type: ignore[arg-type]


def test_one_thing_goes_on_at_a_time(teaching: BackgroundTeaching, later: Later) -> None:
    assert teaching.learn()
    assert teaching.status() == TeachingStatus("learning")
    assert not teaching.draw()
    assert not teaching.promote("learnt", 1)
    later.run()
    assert teaching.status() == TeachingStatus()
    assert (teaching.learn(), len(later.tasks)) == (True, 1)


def test_what_fails_is_said_until_something_else_begins(teaching: BackgroundTeaching, later: Later) -> None:
    teaching.draw()
    later.run()
    assert teaching.status() == TeachingStatus(error="run `kiemtin score` first")
    teaching.promote("learnt", 7)
    assert teaching.status() == TeachingStatus("promoting")
    later.run()
    assert teaching.status().error == "learnt is worse (7)"


def test_an_error_that_nobody_foresaw_does_not_block(later: Later) -> None:
    def broken() -> Steps:
        raise ZeroDivisionError

    teaching = BackgroundTeaching(broken, later)  # type: ignore[arg-type]
    teaching.learn()
    later.run()
    assert "ZeroDivisionError" in teaching.status().error
    assert teaching.learn()


def test_a_model_that_the_settings_name_is_not_replaced(later: Later) -> None:
    teaching = BackgroundTeaching(Steps, later, "mine")  # type: ignore[arg-type]
    assert not teaching.promote("learnt", 1)
    assert not teaching.roll_back(1)
    assert later.tasks == []


@pytest.fixture
def app(tmp_path: Any, small_model: Any, clock: FakeClock) -> Iterator[Application]:
    copy_model(small_model, tmp_path / "models", "default")
    with Application(Settings(home=tmp_path), clock) as app:
        make_key(app.secret_path)
        app.database.upgrade()
        yield app


def test_what_an_upgrade_made_unusable_is_replaced(app: Application, small_model: Any, clock: FakeClock) -> None:
    """The default model is that of the program, and a candidate comes into use in place of a taught model of before."""
    copy_model(small_model, app.settings.models_dir, "taught")
    with app.database.changes() as session:
        user = add_user(session).id
        before = registry.register(session, model_draft(app.models.load("taught")), clock.now())
        registry.promote(session, before, clock.now())
    for name in ("default", "taught"):
        manifest = app.models.path(name) / "manifest.json"
        manifest.write_text(re.sub('"lexicon": "[^"]*"', '"lexicon": "before"', manifest.read_text("utf-8")), "utf-8")
    with pytest.raises(ModelRefused, match=r"was made with lexicon before, .* or teach it anew at the desk"):
        app.models.load("taught")
    steps = app.teaching_steps()
    learnt = steps.learn()
    steps.promote(learnt.version, user)
    assert app.scoring_model() == learnt.name
    assert app.models.load("default").manifest["data_hash"] == load(DEFAULT_FOLDER, Segmenter()).manifest["data_hash"]


def test_from_a_round_to_a_model_in_use(app: Application, clock: FakeClock) -> None:
    """The steps as the desk takes them, on real models and rows."""
    examples = corpus()[5::60][:140]
    with app.database.changes() as session:
        source = add_source(session)
        posts.record(session, source.id, [make_post(str(n), one.text) for n, one in enumerate(examples)])
        user = add_user(session).id
        registry.activate(session, model_draft(load(app.models.path("default"), Segmenter())), clock.now())
    with ThreadPoolExecutor(1) as executor:
        app.scorer(app.ready_database, executor).run()
    steps = app.teaching_steps()
    assert steps.draw(60) == 60
    answer_all(app.database, {one.text: one.labels["concern"] for one in examples})
    learnt = steps.learn()
    assert learnt.local > 40
    with app.database.work() as session:
        newest = registry.newest_taught(session)
    assert newest.version == learnt.version
    assert steps.draw(10) == 10, "the taught candidate says which posts are probable"
    if learnt.comparison.found_worse():
        with pytest.raises(PromotionRefused, match="is worse"):
            steps.promote(learnt.version, user)
        return
    steps.promote(learnt.version, user)
    with app.database.work() as session:
        event = session.query(AuditEvent).filter(AuditEvent.action == "model.promoted").one()
        assert (event.user_id, event.subject) == (user, learnt.version)
    assert app.scoring_model() == learnt.name
