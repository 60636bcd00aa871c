"""`kiemtin models`: which there are, which is in use, and back."""

from pathlib import Path

import pytest
from sqlalchemy import select

from storage.models import AuditEvent
from tests.corpus import corpus
from tests.monitor.cli.command import Command
from tests.monitor.cli.conftest import ImportPosts
from tests.monitor.learning.model_folders import FLAGS_NOTHING, copy_model

TEXTS = [example.text for example in corpus()[13::200]]


@pytest.fixture(autouse=True)
def default_in_use(home: Path, small_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the register decide: no setting names a model, and `default` is a small one."""
    monkeypatch.delenv("KIEMTIN_MODEL")
    copy_model(small_model, home / "models", "default")
    copy_model(small_model, home / "models", "shy", FLAGS_NOTHING)


@pytest.fixture
def scored(kiemtin: Command, import_posts: ImportPosts) -> None:
    """Import some posts and score them."""
    import_posts(TEXTS)
    kiemtin.well("score")


def test_models_are_listed_also_those_that_only_lie_in_the_folder(kiemtin: Command, scored: None) -> None:
    listed = kiemtin.well("models", "list", "--json").data
    states = {model["name"]: model["state"] for model in listed["models"]}
    assert (states, listed["in_use"]) == ({"default": "active"}, "default")
    assert "shy" in listed["not_registered"]


def test_a_worse_model_is_refused_forced_and_taken_back(kiemtin: Command, scored: None) -> None:
    kiemtin.fails("is right 0 times instead of", "models", "promote", "shy")
    for half in (["--force"], ["--reason", "thử"]):
        assert kiemtin("models", "promote", "shy", *half).status == 2
    forced = kiemtin.well("models", "promote", "shy", "--force", "--reason", "thử một tuần").out
    assert forced.startswith("shy-")
    assert "before: default-" in forced
    with kiemtin.rows() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "model.promoted")).one()
    assert event.detail["reason"] == "thử một tuần"

    assert kiemtin.well("score", "--json").data["model"].startswith("shy-")
    assert kiemtin.well("models", "rollback").out.startswith("default-")
    assert kiemtin.well("score", "--json").data["model"].startswith("default-")
    kiemtin.fails("no earlier model", "models", "rollback")


def test_a_setting_that_names_a_model_wins_and_is_said_so(kiemtin: Command, scored: None) -> None:
    kiemtin.set(model="small")
    for command in (["promote", "default"], ["rollback"]):
        kiemtin.fails("`model` is set to small", "models", *command, status=2)
    assert kiemtin.well("models", "list", "--json").data["in_use"] == "small"


def test_an_unknown_model_is_one_line(kiemtin: Command, scored: None) -> None:
    kiemtin.fails("no model named 'nowhere'", "models", "promote", "nowhere")
