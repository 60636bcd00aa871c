"""Pictures wait, are read once, and their words become a version of the post; what is no longer shown is deleted."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Picture, Post
from storage.posts import pictures, posts
from storage.posts.pictures import READ
from tests.clock import MONDAY_MORNING
from tests.factories import add_picture, add_source, make_post

NOW = MONDAY_MORNING
SIGNED = [("https://cdn.example.vn/a.jpg?sig=1", "Bảng lương"), ("https://cdn.example.vn/b.jpg", "")]


def stored(session: Session, shown: list[tuple[str, str]], text: str = "Xem ảnh", **settings: object) -> Post:
    source = add_source(session, settings={"pictures": True, **settings})
    posts.record(session, source.id, [make_post(text=text, pictures=shown)])
    return session.scalars(select(Post)).one()


def addresses(session: Session) -> list[tuple[str, str]]:
    return [(each.address, each.state) for each in session.scalars(select(Picture).order_by(Picture.position))]


def test_an_edit_keeps_what_was_read_of_pictures_that_are_still_shown(session: Session) -> None:
    post = stored(session, SIGNED)
    for picture, words in zip(pictures.of_post(session, post.id), ("hai triệu", "ba triệu"), strict=True):
        pictures.store(session, picture.id, NOW, state=READ, text=words)
    assert post.picture_text == "hai triệu\nba triệu"
    again = [("https://cdn.example.vn/a.jpg?sig=2", ""), ("https://cdn.example.vn/c.jpg", "")]
    stored(session, again, text="Xem ảnh mới")
    assert addresses(session) == [(again[0][0], "read"), (again[1][0], "waiting")]
    session.expire_all()
    assert (post.revision_number, post.current_text, post.picture_text) == (3, "Xem ảnh mới", "hai triệu")


@pytest.mark.parametrize(
    ("read", "number", "words"),
    [({"text": "ngừng phát lương"}, 1, "ngừng phát lương"), ({"state": "unreadable"}, 0, ""), ({"text": ""}, 0, "")],
)
def test_a_reading_adds_a_version_where_there_are_words(
    session: Session, read: dict[str, str], number: int, words: str
) -> None:
    post = stored(session, [])
    post.unscored = False
    session.flush()
    hashed = post.content_hash
    picture = add_picture(session, post, **{"text": "không rõ", **read})
    assert (post.revision_number, post.picture_text, post.unscored) == (number, words, bool(number))
    assert (post.content_hash, post.edited_at, post.indexed) == (hashed, None, False)
    pictures.store(session, picture.id, NOW, state=READ, text="lần nữa")
    assert post.picture_text == words


def test_only_what_is_new_there_and_wanted_waits(session: Session) -> None:
    post = stored(session, SIGNED)
    since = NOW - timedelta(days=1)
    assert [found.position for found, _ in pictures.waiting(session, 10, since=since)] == [1, 0]
    assert not pictures.waiting(session, 10, since=since, names=["another"])
    assert not pictures.waiting(session, 10, since=NOW + timedelta(days=1))
    stored(session, SIGNED, pictures=False)
    assert not pictures.waiting(session, 10, since=since)
    stored(session, SIGNED)
    posts.tombstone(session, post.source_id, [post.external_id], NOW)
    assert not pictures.waiting(session, 10, since=since)
