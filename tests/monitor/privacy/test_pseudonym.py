"""An author's pseudonym is stable under one key, differs under another, and says nothing of the author."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.privacy.author_names import canonical
from monitor.privacy.pseudonym import Pseudonymiser

secrets = st.binary(min_size=16, max_size=64)
kinds = st.sampled_from(["feed", "mastodon", "import"])
authors = st.text(st.characters(), min_size=1)  # any code points, half pairs among them


def as_stored(account: tuple[str, str]) -> tuple[str, str]:
    return account[0], canonical(*account)


@given(secrets, kinds, authors)
def test_it_is_the_same_every_time_and_does_not_show_the_author(secret: bytes, kind: str, author: str) -> None:
    key = Pseudonymiser(secret).key(kind, author)
    assert key == Pseudonymiser(secret).key(kind, author)
    assert key is not None
    assert len(key) == 64
    assert set(key) <= set("0123456789abcdef")


@given(secrets, secrets, kinds, authors)
def test_another_key_gives_another_pseudonym(one: bytes, other: bytes, kind: str, author: str) -> None:
    same = Pseudonymiser(one).key(kind, author) == Pseudonymiser(other).key(kind, author)
    assert same == (one.rstrip(b"\0") == other.rstrip(b"\0"))  # HMAC fills short keys up with zeros


@given(
    secrets,
    st.lists(st.tuples(kinds, authors), unique_by=as_stored, min_size=2, max_size=8),
)
def test_other_authors_and_other_platforms_have_other_pseudonyms(secret: bytes, people: list[tuple[str, str]]) -> None:
    pseudonymiser = Pseudonymiser(secret)
    assert len({pseudonymiser.key(kind, author) for kind, author in people}) == len(people)


@pytest.mark.parametrize("author", [None, ""])
def test_a_post_without_author_has_no_pseudonym(author: str | None) -> None:
    assert Pseudonymiser(b"secret").key("feed", author) is None


def test_capitals_make_no_difference_where_the_platform_makes_none() -> None:
    pseudonymiser = Pseudonymiser(b"secret")
    assert pseudonymiser.key("mastodon", "Lan@Mang.example") == pseudonymiser.key("mastodon", "lan@mang.example")
    assert pseudonymiser.key("youtube", "UCab") != pseudonymiser.key("youtube", "ucab")


def test_posts_of_a_former_key_and_of_another_spelling_are_still_found() -> None:
    former, now = Pseudonymiser(b"former"), Pseudonymiser(b"now", [b"former"])
    assert former.key("mastodon", "lan@mang.example") in now.aliases("mastodon", "Lan@mang.example")
    assert now.key("mastodon", "lan@mang.example") not in now.aliases("mastodon", "lan@mang.example")
    assert now.aliases("mastodon", None) == ()
