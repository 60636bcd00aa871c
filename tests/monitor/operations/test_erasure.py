"""An author who asks for it is gone with every trace, whatever the spelling, and it can be checked."""

import gzip
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor.crawl.captures import CaptureStore
from monitor.operations.backup import write_backup
from monitor.operations.erasure import ERASED_NAME, Erasure
from monitor.operations.erasure_check import leftovers
from monitor.privacy.author_names import mention, spellings
from monitor.privacy.pseudonym import Pseudonymiser
from monitor.privacy.secret_key import make_key
from storage.database import Database
from storage.models import AuditEvent, Base, Flag, Picture, Post, PostRevision, Report, Review, Source
from storage.posts import posts, sources
from storage.scoring import registry
from tests.clock import FakeClock
from tests.examples import examples_of
from tests.factories import add_flag, add_model, add_picture, add_post, add_source, decide, make_post, make_score

EXAMPLES = examples_of(__file__)

AUTHOR = "lan@mang.example"
Of = Callable[..., Erasure]
HANGING_ON_A_POST = ("posts", "post_revisions", "pictures", "scores", "flags", "reviews")


def count(database: Database, *names: str) -> dict[str, int]:
    with database.work() as session:
        tables = [table for table in Base.metadata.sorted_tables if table.name in names]
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    (folder / "captures" / "spool").mkdir(parents=True)
    return folder


@pytest.fixture
def of(sqlite_database: Database, clock: FakeClock, pseudonymiser: Pseudonymiser, home: Path) -> Of:
    """Give what makes the erasure of an author, in a home with two posts once it is filled."""

    def make(given: str = AUTHOR, kind: str = "mastodon", *, by: Pseudonymiser = pseudonymiser) -> Erasure:
        captures = CaptureStore(home / "captures", clock, 1_000_000)
        return Erasure(sqlite_database, clock, by, captures, home, kind=kind, given=given)

    return make


@pytest.fixture
def filled(sqlite_database: Database, pseudonymiser: Pseudonymiser, clock: FakeClock) -> Database:
    """Store an edited, scored, flagged and reviewed post of the author, and one of somebody else."""
    with sqlite_database.changes() as session:
        source = add_source(session, "network", kind="mastodon")
        key = pseudonymiser.key("mastodon", AUTHOR)
        post = add_post(session, source, "1", text="chuyện riêng của tôi", author_key=key)
        posts.record(session, source.id, [make_post("1", "chuyện riêng đã sửa", author_key=key)])
        add_picture(session, post, "chuyện riêng chụp màn hình")
        model = add_model(session)
        registry.record_scores(session, model.id, [make_score(post)])
        flag = add_flag(session, post, model=model)
        decide(session, flag, now=clock.now())
        other = pseudonymiser.key("mastodon", "ai khác")
        add_post(session, source, "2", text="bài của người khác", author_key=other)
    return sqlite_database


def test_an_erased_author_is_gone_with_all_that_hung_on_the_posts_and_nobody_says_whose(
    filled: Database, of: Of, clock: FakeClock, tmp_path: Path
) -> None:
    assert min(count(filled, *HANGING_ON_A_POST).values()) >= 1
    assert of().run().posts == 1
    assert count(filled, *HANGING_ON_A_POST) == dict.fromkeys(HANGING_ON_A_POST, 0) | {"posts": 1}
    with filled.work() as session:
        event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.subject, event.at) == ("erasure", "mastodon", clock.now())
    assert event.detail == {"posts": 1, "decisions": 1}
    filled.close()
    content = b"".join(file.read_bytes() for file in tmp_path.glob("kiemtin.db*"))
    assert "bài của người khác".encode() in content
    for trace in ("chuyện riêng", AUTHOR):
        assert trace.encode() not in content  # not even in free pages of the file


def test_nothing_of_an_erased_author_is_stored_again(filled: Database, of: Of, pseudonymiser: Pseudonymiser) -> None:
    of().run()
    erased, other = (pseudonymiser.key("mastodon", name) for name in (AUTHOR, "ai khác"))
    with filled.work() as session:
        source = sources.by_name(session, "network")
        again = [make_post("1", "lại đăng", author_key=erased), make_post("3", "bài mới", author_key=other)]
        stored = posts.record(session, source.id, again)
        session.commit()
        assert (stored.new, stored.erased) == (1, 1)
        assert set(session.scalars(select(Post.external_id))) == {"2", "3"}


@pytest.mark.parametrize(("kind", "author"), [("feed", AUTHOR), ("mastodon", "lan@khac.example"), ("mastodon", "")])
def test_only_that_author_on_that_platform_is_erased_and_nobody_with_another_key(
    filled: Database, of: Of, kind: str, author: str
) -> None:
    assert of(author, kind).run().posts == 0
    assert of(by=Pseudonymiser(b"another secret of enough bytes..")).run().posts == 0
    assert count(filled, "posts") == {"posts": 2}


SPELLINGS = (
    "lan@mang.example", "@lan@mang.example", "LAN@Mang.Example", "acct:lan@mang.example", "https://mang.example/@lan",
    "https://mang.example/users/lan", "https://mang.example/@Lan/1122", "mang.example/@lan", " @lan@mang.example ",
)  # fmt: skip


@pytest.mark.parametrize("given", SPELLINGS)
def test_every_spelling_of_a_handle_finds_the_author(filled: Database, of: Of, given: str) -> None:
    found = of(given).find()
    assert (found.names, found.posts) == (("lan@mang.example",), 1)
    assert count(filled, "posts") == {"posts": 2}  # nothing went yet
    assert of(given).run().posts == 1


@pytest.mark.parametrize(("kind", "given", "name"), EXAMPLES["profiles"])
def test_addresses_of_profiles_are_read_as_their_platform_writes_them(kind: str, given: str, name: str) -> None:
    assert name in spellings(kind, given)


@pytest.mark.parametrize(("text", "named"), EXAMPLES["mentions"])
def test_a_text_names_an_account_by_handle_or_address(text: str, named: bool) -> None:
    assert bool(mention(("lan@mang.example",)).search(text)) is named


def test_every_trace_goes_and_the_search_finds_nothing(filled: Database, of: Of, clock: FakeClock, home: Path) -> None:
    with filled.changes() as session:
        source = sources.by_name(session, "network")
        add_post(session, source, "3", text="@lan nói đúng", title="trả lời @lan@mang.example", url=None)
        flag = add_flag(session, add_post(session, source, "4", text="bài khác"))
        note = {"note": "đã nhắn @lan@mang.example", "evidence": ["https://mang.example/@lan/9"]}
        decide(session, flag, "no", now=clock.now(), **note)
        session.get_one(Source, source.id).cursor = {"after": {"https://mang.example/@lan": "9"}}
        own = session.scalars(select(Flag.id).join(Post).where(Post.external_id == "1")).all()
        for period, quoted, file in (("2026-W47", list(own), "bao-cao.xlsx"), ("2026-W46", [flag.id], "other.xlsx")):
            issued = {"period": period, "figures": {"quoted": quoted}, "files": [file], "created_at": clock.now()}
            session.add(Report(schema_version=3, **issued))
    (home / "captures" / "spool" / "aa.warc.gz").write_bytes(gzip.compress(b"x") + gzip.compress(b'{"acct":"@lan"}'))
    (home / "captures" / "spool" / ".bb.1-a.part").write_bytes(b'"url":"https://mang.example/@lan"')
    (home / "imports").mkdir()
    refused = home / "imports" / "x.csv.refused.csv"
    refused.write_text("line,reason,record begins\n1,no text,@lan@mang.example\n2,no text,ai khác\n", "utf-8-sig")
    erasure = of("https://mang.example/users/lan")

    before = list(leftovers(erasure, filled, home))
    assert {each.place.split(".")[0] for each in before} >= {"posts", "reviews"}
    done = erasure.run()

    assert (done.posts, done.captures, done.files, done.withdraw) == (1, 1, 2, ("bao-cao.xlsx",))
    assert done.scrubbed
    assert list(leftovers(erasure, filled, home)) == []
    assert "ai khác" in refused.read_text(encoding="utf-8-sig")
    with filled.work() as session:
        reply = session.scalars(select(Post).where(Post.external_id == "3")).one()
        assert (reply.text, reply.title) == (f"{ERASED_NAME} nói đúng", f"trả lời {ERASED_NAME}")
        kept = session.scalars(select(Review)).one()
        assert (kept.note, kept.evidence, kept.decision) == (f"đã nhắn {ERASED_NAME}", [ERASED_NAME], "no")
        assert session.get_one(Source, reply.source_id).cursor == {}


def test_a_masked_reply_is_not_brought_back_by_the_next_reading(sqlite_database: Database, of: Of) -> None:
    with sqlite_database.changes() as session:
        source = add_source(session, "network", kind="mastodon")
        add_post(session, source, "3", text="@lan nói đúng")
    of().run()
    with sqlite_database.work() as session:
        source = sources.by_name(session, "network")
        assert posts.record(session, source.id, [make_post("3", "@lan nói đúng")]).duplicate == 1
        assert session.scalars(select(Post.text)).one() == f"{ERASED_NAME} nói đúng"
        assert session.scalar(select(func.count()).select_from(PostRevision)) == 0


def test_a_picture_that_names_the_author_loses_the_name_and_its_copy(
    sqlite_database: Database, of: Of, home: Path
) -> None:
    with sqlite_database.changes() as session:
        post = add_post(session, add_source(session, "network", kind="mastodon"), "1", text="Xem ảnh")
        add_picture(session, post, f"Người viết là @{AUTHOR}")
    assert "pictures.text 1" in [each.place for each in leftovers(of(), sqlite_database, home)]
    of().run()
    assert list(leftovers(of(), sqlite_database, home)) == []
    with sqlite_database.work() as session:
        (picture,) = session.scalars(select(Picture))
        assert (picture.text, picture.small) == (f"Người viết là {ERASED_NAME}", None)
        assert session.get_one(Post, picture.post_id).picture_text == picture.text


def test_posts_whose_identifiers_name_the_author_stay_apart(sqlite_database: Database, of: Of, home: Path) -> None:
    """A feed names no author, and the addresses that identify its entries do."""
    with sqlite_database.changes() as session:
        source = add_source(session, "feed-of-an-account")
        for number in (1, 2):
            add_post(session, source, f"https://mang.example/@lan/{number}")
    assert of().run().masked == 4  # identifiers and addresses
    assert list(leftovers(of(), sqlite_database, home)) == []
    assert count(sqlite_database, "posts") == {"posts": 2}


def test_what_may_not_be_changed_is_told_with_the_reason(sqlite_database: Database, of: Of, home: Path) -> None:
    with sqlite_database.changes() as session:
        add_source(session, "account", kind="mastodon", address="https://mang.example/@lan", retention_days=30)
    (home / "models" / "own").mkdir(parents=True)
    (home / "models" / "own" / "manifest.json").write_text('{"terms": ["@lan"]}')
    of().run()
    left = {each.place: each.why for each in leftovers(of(), sqlite_database, home)}
    assert "`kiemtin sources remove`" in left["sources.address 1"]
    assert "train it anew" in left["models/own/manifest.json"]


def test_what_was_put_aside_before_an_erasure_is_told_with_the_reason(
    filled: Database, of: Of, clock: FakeClock, home: Path
) -> None:
    """A sealed backup cannot be searched, so it counts by its time."""
    make_key(home / "secret.key")
    (home / "before-restore-20261101T000000Z").mkdir()
    (home / "before-restore-20261101T000000Z" / "notes").write_text("@lan")
    write_backup(filled, home, home / "sealed", now=clock.now(), passphrase="bí mật")
    (home / "captures" / "page").write_text("@lan")
    write_backup(filled, home, home / "plain", now=clock.now())
    for name in ("sealed", "plain"):
        os.utime(home / name, (clock.now().timestamp(),) * 2)
    clock.advance(60)
    of().run()
    (home / "captures" / "page").unlink()
    write_backup(filled, home, home / "sealed-anew", now=clock.now(), passphrase="bí mật")
    left = {each.place: each.why for each in leftovers(of(), filled, home)}
    assert left == {
        "before-restore-20261101T000000Z/notes": "the home as it was before a restore: delete this folder",
        "plain": "a backup from before the erasure: make a new one, then delete this one",
        "sealed": "a sealed backup, which cannot be searched, from before the last erasure: make a new one, delete "
        "this one",
    }


def test_posts_that_were_stored_by_an_older_spelling_go_as_well(
    sqlite_database: Database, of: Of, clock: FakeClock
) -> None:
    pseudonymiser = Pseudonymiser(b"now", [b"former"])
    with sqlite_database.changes() as session:
        source = add_source(session, "network", kind="mastodon")
        for number, key in enumerate(pseudonymiser.aliases("mastodon", AUTHOR)):
            add_post(session, source, str(number), author_key=key, collected_at=clock.now() - timedelta(days=1))
    assert of(by=pseudonymiser).run().posts >= 1
    assert count(sqlite_database, "posts") == {"posts": 0}
