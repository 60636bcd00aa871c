"""The register of models: candidates, the one in use, and the way back."""

from datetime import timedelta

import pytest

from storage.database import Database
from storage.errors import NotFound
from storage.scoring import registry
from tests.clock import MONDAY_MORNING
from tests.factories import add_model, make_model

NOW = MONDAY_MORNING


def test_a_candidate_is_registered_without_changing_what_is_in_use(database: Database) -> None:
    with database.work() as session:
        active = add_model(session, "default-1")
        candidate = registry.register(session, make_model("learnt-2"), NOW, {"faults": []})
        assert (candidate.state, candidate.name, candidate.comparison) == ("candidate", "learnt", {"faults": []})
        assert registry.active_model(session) is active
        assert registry.register(session, make_model("learnt-2"), NOW) is candidate
        assert candidate.comparison == {"faults": []}, "registering again forgets nothing"
        session.commit()
    with database.work() as session:
        assert [model.version for model in registry.all_models(session)] == ["learnt-2", "default-1"]


def test_a_model_is_found_by_name_or_version_and_the_newest_of_a_name_wins(database: Database) -> None:
    with database.work() as session:
        for version in ("mine-1", "my-own-model-2", "mine-3"):
            registry.register(session, make_model(version), NOW)
        assert registry.by_name(session, "mine").version == "mine-3"
        assert registry.by_name(session, "mine-1").version == "mine-1"
        assert registry.by_name(session, "my-own-model").version == "my-own-model-2"
        with pytest.raises(NotFound, match=r"no model named 'other' is registered: `kiemtin models list` shows them$"):
            registry.by_name(session, "other")


def test_promoting_remembers_the_way_back(database: Database) -> None:
    with database.work() as session:
        first = add_model(session, "default-1")
        second, third = (registry.register(session, make_model(version), NOW) for version in ("a-2", "b-3"))
        assert registry.promoted_model(session) is None
        assert registry.promote(session, second, NOW) == "default-1"
        assert registry.promote(session, third, NOW + timedelta(days=1)) == "a-2"
        assert (second.replaces, third.replaces) == ("default-1", "a-2")
        assert registry.promoted_model(session) is third
        assert registry.reactivate(session, second, NOW + timedelta(days=2)) == "b-3"
        assert registry.promoted_model(session) is registry.active_model(session) is second
        assert second.replaces == "default-1", "going back twice leads to the first"
        session.refresh(first)
        assert first.state == "retired"


def test_promoting_what_is_in_use_keeps_its_way_back(database: Database) -> None:
    with database.work() as session:
        add_model(session, "default-1")
        model = registry.register(session, make_model("a-2"), NOW)
        registry.promote(session, model, NOW)
        registry.promote(session, model, NOW)
        assert model.replaces == "default-1"
