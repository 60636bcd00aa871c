"""Every public set that can be read has an origin, so that nobody uses one without knowing its terms."""

from classifiers.data.datasets import PUBLIC_SETS
from classifiers.data.public_sets import ORIGINS


def test_every_reader_has_an_origin() -> None:
    assert set(ORIGINS) == {known.name for known in PUBLIC_SETS}


def test_an_origin_says_what_where_and_on_what_terms() -> None:
    for name, origin in ORIGINS.items():
        assert origin.holds, name
        assert origin.where, name
        assert origin.terms, name
        assert origin.paper in ("", f"https://arxiv.org/abs/{origin.paper.rpartition('/')[2]}"), name


def test_papers_are_those_that_the_readers_name() -> None:
    for known in PUBLIC_SETS:
        if "arXiv" in known.title:
            assert ORIGINS[known.name].paper.endswith(known.title.split()[-1])
