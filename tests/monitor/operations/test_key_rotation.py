"""The key is replaced without losing sight of anybody: neither for a second post nor for an erasure."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.app.application import Application
from monitor.clock import Clock
from monitor.errors import NotReady
from monitor.privacy.secret_key import make_key, read_former, read_key, rotate_key
from monitor.settings.settings import load_settings
from storage.models import Post
from storage.posts import posts, sources
from tests.clock import FakeClock
from tests.factories import add_post, add_source, make_post

HANDLE = "lan@mang.example"


@pytest.fixture
def app(tmp_path: Path, clock: Clock) -> Application:
    make_key(tmp_path / "secret.key")
    application = Application(load_settings(tmp_path), clock)
    application.database.upgrade()
    key = application.pseudonymiser.key("mastodon", HANDLE)
    with application.database.changes() as session:
        source = add_source(session, "network", kind="mastodon")
        add_post(session, source, "1", url="https://mang.example/@lan/1", author_key=key)
        add_post(session, source, "2", url="https://mang.example/statuses/2", author_key=key)
    return application


def keys_of(app: Application) -> dict[str, str | None]:
    with app.database.work() as session:
        return dict(session.execute(select(Post.external_id, Post.author_key)).all())


def test_a_pseudonym_is_made_anew_where_the_address_tells_the_handle(app: Application) -> None:
    with app:
        before, old = read_key(app.secret_path), keys_of(app)
        done = app.rotate_key()
        new = app.pseudonymiser.key("mastodon", HANDLE)
        assert (done.renewed, done.left) == (1, 1)
        assert keys_of(app) == {"1": new, "2": old["2"]}
        assert new != old["1"]
        assert [former.key for former in read_former(app.former_path)] == [before]
        assert (app.former_path.stat().st_mode & 0o777) == 0o600


def test_the_rest_gets_its_new_pseudonym_when_it_is_read_again(app: Application) -> None:
    with app:
        app.rotate_key()
        pseudonymiser = app.pseudonymiser
        new, former = pseudonymiser.key("mastodon", HANDLE), pseudonymiser.aliases("mastodon", HANDLE)
        with app.database.changes() as session:
            source = sources.by_name(session, "network")
            assert posts.record(session, source.id, [make_post("2", author_key=new, author_aliases=former)]).new == 0
        assert set(keys_of(app).values()) == {new}


def test_an_erasure_finds_the_posts_of_both_keys_and_none_comes_back(app: Application) -> None:
    with app:
        app.rotate_key()
        assert app.erasure("mastodon", "@lan@mang.example").run().posts == 2
        app.rotate_key()
        pseudonymiser = app.pseudonymiser
        aliases = pseudonymiser.aliases("mastodon", HANDLE)
        with app.database.work() as session:
            draft = make_post("3", author_key=pseudonymiser.key("mastodon", HANDLE), author_aliases=aliases)
            assert posts.record(session, sources.by_name(session, "network").id, [draft]).erased == 1


def test_a_former_key_is_forgotten_when_nothing_of_its_time_is_left(app: Application, clock: FakeClock) -> None:
    with app:
        app.rotate_key()
        (former,) = read_former(app.former_path)
        clock.advance(timedelta(days=1))
        with app.database.work() as session:
            assert posts.has_pseudonyms_of(session, former.until)
            for post in session.scalars(select(Post)):
                session.delete(post)
            add_post(session, sources.by_name(session, "network"), "9", author_key="9" * 64, collected_at=clock.now())
            session.flush()
            assert not posts.has_pseudonyms_of(session, former.until)


def test_a_full_disk_leaves_the_key_as_it_was(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.key"
    make_key(path)
    before = read_key(path)

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(NotReady, match="No space left on device"):
        rotate_key(path, tmp_path / "former.keys", clock.now())
    assert read_key(path) == before


def test_a_rotation_that_is_killed_in_between_loses_no_key(tmp_path: Path, clock: Clock) -> None:
    path, former = tmp_path / "secret.key", tmp_path / "former.keys"
    make_key(path)
    first = read_key(path)
    rotate_key(path, former, clock.now())
    path.write_text(first.hex(), encoding="ascii")  # as if the new key had never been written
    rotate_key(path, former, clock.now())
    assert [each.key for each in read_former(former)] == [first]
