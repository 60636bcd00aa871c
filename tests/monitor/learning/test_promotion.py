"""A model comes into use when it is nowhere worse, or for a reason that is written down; and there is a way back."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from classifiers.data.datasets import read_challenge_set
from classifiers.errors import ModelMissing
from classifiers.persistence import load
from classifiers.text.segment import Segmenter
from monitor.errors import NotReady, PromotionRefused
from monitor.learning.promotion import ModelPromotion
from monitor.scoring.score import model_draft
from storage.database import Database
from storage.errors import NotFound
from storage.models import AuditEvent
from storage.scoring import registry
from tests.clock import FakeClock
from tests.monitor.learning.model_folders import FLAGS_EVERYTHING, FLAGS_NOTHING, copy_model

CHALLENGE_SET = read_challenge_set()[::8]


@pytest.fixture
def folder(small_model: Path, tmp_path: Path) -> Path:
    """Give a models folder with a model in use, one that is as good, and two that are worse."""
    models = tmp_path / "models"
    copy_model(small_model, models, "default")
    copy_model(small_model, models, "equal")
    copy_model(small_model, models, "eager", FLAGS_EVERYTHING)
    copy_model(small_model, models, "shy", FLAGS_NOTHING)
    return models


@pytest.fixture
def promotions(sqlite_database: Database, clock: FakeClock, folder: Path) -> ModelPromotion:
    with sqlite_database.changes() as session:
        registry.activate(session, model_draft(load(folder / "default", Segmenter())), clock.now())
    return ModelPromotion(sqlite_database, Segmenter(), clock, folder, CHALLENGE_SET)


def in_use(database: Database) -> str:
    with database.work() as session:
        active = registry.active_model(session)
        return active.name


def noted(database: Database) -> Sequence[AuditEvent]:
    with database.work() as session:
        return session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()


def test_a_model_that_is_nowhere_worse_comes_into_use(promotions: ModelPromotion, sqlite_database: Database) -> None:
    changed = promotions.promote("equal", in_use="default")
    assert changed.version.startswith("equal-")
    assert changed.before.startswith("default-")
    assert in_use(sqlite_database) == "equal"
    (event,) = noted(sqlite_database)
    assert (event.action, event.subject) == ("model.promoted", changed.version)
    assert event.detail == {"faults": [], "reason": ""}


@pytest.mark.parametrize(
    ("name", "said"), [("eager", "criticism are flagged instead of"), ("shy", "is right 0 times instead of")]
)
def test_a_worse_model_is_refused_with_where_and_by_how_much(
    promotions: ModelPromotion, sqlite_database: Database, name: str, said: str
) -> None:
    with pytest.raises(
        PromotionRefused, match=rf"^{name}-.* is worse: on the challenge set .*{said}.*--force"
    ) as caught:
        promotions.promote(name, in_use="default")
    assert "\n" not in str(caught.value)
    assert in_use(sqlite_database) == "default"
    assert noted(sqlite_database) == []


def test_a_reason_overrides_and_is_written_down(promotions: ModelPromotion, sqlite_database: Database) -> None:
    promotions.promote("shy", in_use="default", reason="quá nhiều mục mỗi ngày")
    assert in_use(sqlite_database) == "shy"
    (event,) = noted(sqlite_database)
    assert event.detail["reason"] == "quá nhiều mục mỗi ngày"
    assert "is right 0 times" in event.detail["faults"][0]


def test_there_is_a_way_back_step_by_step(promotions: ModelPromotion, sqlite_database: Database) -> None:
    promotions.promote("equal", in_use="default")
    promotions.promote("shy", in_use="equal", reason="thử")
    back = promotions.rollback()
    assert (back.version.partition("-")[0], back.before.partition("-")[0]) == ("equal", "shy")
    assert promotions.rollback().version.startswith("default-")
    with pytest.raises(PromotionRefused, match=r"^there is no earlier model to go back to"):
        promotions.rollback()
    assert [event.action for event in noted(sqlite_database)[2:]] == ["model.rollback"] * 2
    with sqlite_database.work() as session:
        promoted = registry.promoted_model(session)
        assert promoted.name == in_use(sqlite_database) == "default"


def test_what_is_in_use_is_not_promoted_again(promotions: ModelPromotion) -> None:
    with pytest.raises(PromotionRefused, match="is in use already"):
        promotions.promote("default", in_use="default")


def test_the_way_back_needs_the_files(promotions: ModelPromotion, folder: Path, sqlite_database: Database) -> None:
    promotions.promote("equal", in_use="default")
    (folder / "default" / "manifest.json").unlink()
    with pytest.raises(ModelMissing):
        promotions.rollback()
    assert in_use(sqlite_database) == "equal"


def test_files_of_another_version_are_not_taken_for_the_registered_one_but_have_its_name(
    promotions: ModelPromotion, folder: Path
) -> None:
    first = promotions.promote("equal", in_use="default").version
    promotions.rollback()
    manifest = folder / "equal" / "manifest.json"
    content = manifest.read_text(encoding="utf-8")
    data_hash = load(folder / "equal", Segmenter()).manifest["data_hash"]
    manifest.write_text(content.replace(data_hash, "0" * 64), encoding="utf-8")
    with pytest.raises(NotReady, match=r"is of equal-000000000000, not of equal-"):
        promotions.promote(first, in_use="default")
    assert promotions.promote("equal", in_use="default").version == "equal-000000000000"


def test_an_unknown_model_is_told(promotions: ModelPromotion) -> None:
    with pytest.raises(NotFound, match="no model named 'nowhere'"):
        promotions.promote("nowhere", in_use="default")
