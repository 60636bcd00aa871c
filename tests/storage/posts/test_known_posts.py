"""Which reported posts are known already: by identifier, or by what any version of them said."""

from storage.database import Database
from storage.posts import posts
from tests.factories import add_post, add_source, hash_of, make_post


def test_a_post_is_known_by_its_identifier_within_its_source(database: Database) -> None:
    with database.work() as session:
        assert not posts.is_known(session, "tips", "1")
        add_post(session, add_source(session, "tips"), "1")
        add_post(session, add_source(session, "other"), "2")
        assert posts.is_known(session, "tips", "1")
        assert not posts.is_known(session, "tips", "2")


def test_a_post_is_known_by_its_first_and_by_its_current_words(database: Database) -> None:
    with database.work() as session:
        source = add_source(session, "tips")
        add_post(session, source, "1", text="bản đầu")
        posts.record(session, source.id, [make_post("1", "bản sau")])
        assert posts.is_known(session, "tips", "x", [hash_of("bản đầu")])
        assert posts.is_known(session, "tips", "x", [hash_of("bản sau")])
        assert not posts.is_known(session, "tips", "x", [hash_of("bản khác")])
