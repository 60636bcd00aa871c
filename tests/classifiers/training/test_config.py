"""The table of recipes fits the sets that can be read, and the views that texts have."""

import pytest

from classifiers.data.datasets import PUBLIC_SETS, PublicSet
from classifiers.features.space import VIEWS
from classifiers.features.tokens import CONTEXT_VIEWS
from classifiers.training.config import Recipe, recipe_for

KNOWN_VIEWS = {*(view.name for view in VIEWS), *CONTEXT_VIEWS}


@pytest.mark.parametrize("known", PUBLIC_SETS, ids=lambda known: known.name)
def test_every_set_has_a_recipe_for_its_own_classes(known: PublicSet) -> None:
    recipe = recipe_for(known.name)
    assert recipe.exclusive
    assert {view.name for view in recipe.views} <= KNOWN_VIEWS
    assert len({view.name for view in recipe.views}) == len(recipe.views)


def test_only_a_set_with_two_classes_and_times_is_judged_by_trees_and_forward_in_time() -> None:
    with_trees = [known for known in PUBLIC_SETS if recipe_for(known.name).trees]
    assert [(known.name, len(known.classes)) for known in with_trees] == [("reintel", 2)]
    assert [known.name for known in PUBLIC_SETS if recipe_for(known.name).forward] == ["reintel"]


def test_our_labels_may_hold_together() -> None:
    assert not Recipe().exclusive


def test_an_unknown_set_has_none() -> None:
    with pytest.raises(KeyError):
        recipe_for("mystery")
