"""Every version of every monitored post is scored exactly once, whatever happens, and then compared with others."""

import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, text

from classifiers.errors import ModelMissing
from classifiers.labels import LABEL_NAMES
from classifiers.text.segment import Segmenter
from monitor.demo.sites import FeedSite, serve
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.errors import KiemtinError
from monitor.scoring.match import Matcher
from monitor.scoring.score import Scorer, ScoreResult, score_and_match
from monitor.scoring.workers import BATCH_SIZE, cached_model, load_model
from storage.database import Database
from storage.models import Flag, Model, Post, Score
from storage.posts import posts
from storage.review import flags, reviews
from tests.clock import FakeClock
from tests.corpus import corpus
from tests.factories import add_post, add_source, add_user, make_post
from tests.monitor.crawl.test_collect_counts import site_post
from tests.monitor.learning.model_folders import FLAGS_EVERYTHING, copy_model
from tests.walk import called_files, differences

TEXTS = [example.text for example in corpus()[7::120]]  # others than the model learnt from
LOOKS_EVERY, HANGS_AFTER = 0.05, 600  # seconds
SHOUTED = "Tin nội bộ: ngày mai ngân hàng đóng cửa, ai có tiền rút ngay, chia sẻ gấp cho mọi người cùng biết!!!"


@pytest.fixture(autouse=True)
def forget_models() -> Iterator[None]:
    yield
    cached_model.cache_clear()


@pytest.fixture
def thread() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.fixture
def scorer(sqlite_database: Database, thread: Executor, small_model: Path, clock: FakeClock) -> Scorer:
    return Scorer(sqlite_database, thread, small_model, clock)


NOTICE = "Ngân hàng bác bỏ tin đóng cửa ngày mai, người gửi tiền không cần rút tiền gấp."


def fill(database: Database, texts: Sequence[str], *, role: str = "monitored", name: str = "forum") -> None:
    with database.work() as session:
        source = add_source(session, name, role=role)
        posts.record(session, source.id, [make_post(str(number), text) for number, text in enumerate(texts)])
        session.commit()


def scores_in(database: Database) -> dict[tuple[int, int, str], float]:
    with database.work() as session:
        rows = session.execute(select(Score.post_id, Score.revision_number, Score.label, Score.probability))
        return {(post, revision, label): probability for post, revision, label, probability in rows}


def assert_each_post_once(database: Database, count: int) -> None:
    with database.work() as session:
        assert session.scalar(select(func.count()).select_from(Score)) == count * len(LABEL_NAMES)
        per_post = session.execute(select(Score.post_id, func.count()).group_by(Score.post_id)).all()
    assert {number for _, number in per_post} == {len(LABEL_NAMES)}
    assert len(per_post) == count


def test_posts_get_a_probability_for_each_label_and_flags_where_a_threshold_is_passed(
    scorer: Scorer, sqlite_database: Database
) -> None:
    fill(sqlite_database, TEXTS)
    totals: list[int] = []
    done: list[int] = []
    result = scorer.run(totals.append, done.append)

    assert (result.scored, totals, sum(done)) == (len(TEXTS), [len(TEXTS)], len(TEXTS))
    assert done == [BATCH_SIZE] * (len(TEXTS) // BATCH_SIZE) + [len(TEXTS) % BATCH_SIZE]
    assert_each_post_once(sqlite_database, len(TEXTS))
    with sqlite_database.work() as session:
        thresholds = session.scalars(select(Model.thresholds)).one()
        scores = session.execute(select(Score.post_id, Score.label, Score.probability)).all()
        expected = {(post, label) for post, label, probability in scores if probability >= thresholds[label]}
        found = session.scalars(select(Flag)).all()
        assert {(flag.post_id, flag.label) for flag in found} == expected
        assert result.opened.total() == len(expected) > 10
        assert all(flag.reasons and flag.state == "open" for flag in found)
        assert not any(session.scalars(select(Post.unscored)))
    before, again = scores_in(sqlite_database), scorer.run()
    assert (again.scored, again.opened.total(), scores_in(sqlite_database)) == (0, 0, before)


def test_reference_posts_are_never_scored(scorer: Scorer, sqlite_database: Database) -> None:
    fill(sqlite_database, TEXTS[:5], role="reference", name="newspaper")
    assert scorer.run().scored == 0
    assert scores_in(sqlite_database) == {}


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "😀" * 50, "a" * 20_000, "ở"], ids=["empty", "blank", "line", "emoji", "long", "one"]
)
def test_odd_texts_are_scored_like_any_other(scorer: Scorer, sqlite_database: Database, text: str) -> None:
    fill(sqlite_database, [text])
    assert scorer.run().scored == 1
    assert all(0 <= probability <= 1 for probability in scores_in(sqlite_database).values())


def test_heading_and_text_are_judged_together(scorer: Scorer, sqlite_database: Database) -> None:
    with sqlite_database.work() as session:
        source = add_source(session)
        add_post(session, source, "1", title="Tin nội bộ", text="Ngày mai mất nước")
        add_post(session, source, "2", title=None, text="Tin nội bộ\nNgày mai mất nước")
        session.commit()
    scorer.run()
    found = scores_in(sqlite_database)
    assert [found[1, 0, label] for label in LABEL_NAMES] == [found[2, 0, label] for label in LABEL_NAMES]


def test_an_edited_post_is_scored_again_and_its_decided_flag_is_opened_again(
    sqlite_database: Database, thread: Executor, small_model: Path, clock: FakeClock, tmp_path: Path
) -> None:
    copy_model(small_model, tmp_path / "models", "strict", FLAGS_EVERYTHING)
    scorer = Scorer(sqlite_database, thread, tmp_path / "models" / "strict", clock)
    fill(sqlite_database, [SHOUTED])
    scorer.run()
    with sqlite_database.work() as session:
        flag = session.scalars(select(Flag).where(Flag.label == "unverified")).one()
        user = add_user(session)
        reviews.decide(session, flag, reviewer_id=user.id, decision="not_a_claim", note="", now=clock.now())
        session.commit()
        assert flag.state == "rejected"

    with sqlite_database.work() as session:
        clock.advance(timedelta(hours=1))
        posts.record(session, 1, [make_post("0", SHOUTED + " Chia sẻ gấp!", collected_at=clock.now())])
        session.commit()
    result = scorer.run()

    assert (result.scored, result.opened["unverified"]) == (1, 1)
    assert {revision for _, revision, _ in scores_in(sqlite_database)} == {0, 1}
    with sqlite_database.work() as session:
        flag = session.scalars(select(Flag).where(Flag.label == "unverified")).one()
        assert (flag.state, flag.revision_number, len(reviews.history(session, flag.id))) == ("open", 1, 1)


def test_another_model_scores_everything_again_and_becomes_the_active_one(
    sqlite_database: Database, thread: Executor, small_model: Path, clock: FakeClock, tmp_path: Path
) -> None:
    fill(sqlite_database, TEXTS[:5])
    Scorer(sqlite_database, thread, small_model, clock).run()
    other = copy_model(small_model, tmp_path, "other")
    assert Scorer(sqlite_database, thread, tmp_path / "other", clock).run().scored == 5
    with sqlite_database.work() as session:
        states = dict(session.execute(select(Model.version, Model.state)).all())
    assert sorted(states.values()) == ["active", "retired"]
    assert states[other] == "active"


def test_processes_give_the_same_scores_as_one_thread(
    scorer: Scorer,
    sqlite_database: Database,
    small_model: Path,
    clock: FakeClock,
    sqlite_template: Path,
    tmp_path: Path,
) -> None:
    texts = TEXTS[: BATCH_SIZE * 2 + 5]
    fill(sqlite_database, texts)
    scorer.run()
    copy = tmp_path / "second.db"
    copy.write_bytes(sqlite_template.read_bytes())
    with Database(f"sqlite:///{copy}") as second:
        fill(second, texts)
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
            Scorer(second, processes, small_model, clock).run()
        assert scores_in(second) == scores_in(sqlite_database)


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_dies_is_one_clear_error_and_what_was_stored_stays(
    sqlite_database: Database, small_model: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, thread: Executor
) -> None:
    fill(sqlite_database, TEXTS[:10])
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        monkeypatch.setattr("monitor.scoring.workers.predict_texts", die)
        with pytest.raises(KiemtinError, match="next run scores the rest") as error:
            Scorer(sqlite_database, processes, small_model, clock).run()
    monkeypatch.undo()
    assert "\n" not in str(error.value)
    assert Scorer(sqlite_database, thread, small_model, clock).run().scored == 10
    assert_each_post_once(sqlite_database, 10)


def test_a_missing_model_is_told_before_anything_is_scored(
    sqlite_database: Database, thread: Executor, clock: FakeClock, tmp_path: Path
) -> None:
    with pytest.raises(ModelMissing, match="kiemtin train --name nowhere"):
        Scorer(sqlite_database, thread, tmp_path / "nowhere", clock).run()


def test_posts_that_are_deleted_meanwhile_are_left_out(
    sqlite_database: Database, small_model: Path, clock: FakeClock, thread: Executor
) -> None:
    fill(sqlite_database, TEXTS[: BATCH_SIZE + 10])

    class Deleting(ThreadPoolExecutor):
        """Retention runs beside the scoring: posts of the second batch are gone when their scores come."""

        def submit(self, *arguments: Any, **options: Any) -> "Future[Any]":
            answer = super().submit(*arguments, **options)
            answer.result()
            with sqlite_database.work() as session:
                for post in session.scalars(select(Post).where(Post.id > BATCH_SIZE + 5)):
                    session.delete(post)
                session.commit()
            return answer

    with Deleting(1) as executor:
        result = Scorer(sqlite_database, executor, small_model, clock).run()
    assert result.scored == BATCH_SIZE + 5
    assert_each_post_once(sqlite_database, BATCH_SIZE + 5)


def test_two_scorers_at_once_score_every_post_once(
    sqlite_database: Database, small_model: Path, clock: FakeClock
) -> None:
    texts = TEXTS[: BATCH_SIZE * 2]
    fill(sqlite_database, texts)
    load_model(small_model)
    begin = Barrier(2)

    def score(_: int) -> ScoreResult:
        begin.wait(timeout=HANGS_AFTER)
        with Database(sqlite_database.url.render_as_string()) as own, ThreadPoolExecutor(1) as executor:
            return Scorer(own, executor, small_model, clock).run()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(score, range(2)))
    assert all(result.scored <= len(texts) for result in results)
    assert_each_post_once(sqlite_database, len(texts))
    with sqlite_database.work() as session:
        assert session.scalar(select(func.count()).select_from(Model)) == 1
        keys = session.execute(select(Flag.post_id, Flag.label)).all()
        assert len(keys) == len(set(keys)) == sum(count["open"] for count in flags.counts(session).values())


# Scores of a second batch are never written: the first of them sets off a query without an end.
SECOND_BATCH_HANGS = (
    "CREATE VIEW endless AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x FROM n",
    f"""CREATE TRIGGER second_batch BEFORE INSERT ON scores
    WHEN (SELECT count(*) FROM scores) >= {BATCH_SIZE * len(LABEL_NAMES)} BEGIN SELECT count(*) FROM endless; END""",  # noqa: S608  our own numbers
)
SECOND_BATCH_GOES_ON = ("DROP TRIGGER second_batch", "DROP VIEW endless")


def alter(database: Database, statements: Sequence[str]) -> None:
    with database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_a_scorer_that_was_killed_is_finished_by_the_next(
    sqlite_database: Database, small_model: Path, tmp_path: Path
) -> None:
    """Run the command itself, kill it in the middle of its second batch, and run it again."""
    fill(sqlite_database, TEXTS)
    alter(sqlite_database, SECOND_BATCH_HANGS)
    command = [str(Path(sys.executable).with_name("kiemtin")), "score"]
    environment = {**os.environ, "KIEMTIN_HOME": str(tmp_path), "KIEMTIN_MODEL": str(small_model)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as child:  # noqa: S603  our own
        while not scores_in(sqlite_database) and child.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                child.wait(LOOKS_EVERY)
        child.kill()
    assert child.returncode == -signal.SIGKILL
    assert len(scores_in(sqlite_database)) == BATCH_SIZE * len(LABEL_NAMES) < len(TEXTS) * len(LABEL_NAMES)

    alter(sqlite_database, SECOND_BATCH_GOES_ON)
    confirm = [command[0], "db", "confirm-clock", "--yes"]  # the posts were stored by the tests' clock
    subprocess.run(confirm, env=environment, stdout=subprocess.DEVNULL, check=True)  # noqa: S603  our own program
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)  # noqa: S603  our own program
    assert_each_post_once(sqlite_database, len(TEXTS))


def test_scores_come_first_so_that_claims_get_their_evidence_in_the_same_run(
    scorer: Scorer, sqlite_database: Database, clock: FakeClock
) -> None:
    fill(sqlite_database, [SHOUTED, SHOUTED + " Khẩn!"])
    fill(sqlite_database, [NOTICE], role="reference", name="newspaper")
    told: list[tuple[str, int, int | None]] = []
    matcher = Matcher(sqlite_database, Segmenter(), clock)
    found = score_and_match(scorer, matcher, lambda *step: told.append(step))
    again = score_and_match(scorer, matcher)

    data = found.as_dict()
    assert set(data) == {"model", "scored", "opened", "unsure", "compared", "copies", "claims_with_evidence"}
    assert (data["scored"], data["opened"]["unverified"]) == (2, 2)
    assert (data["compared"], data["copies"], data["claims_with_evidence"]) == (3, 1, 2)
    assert told == [("scoring", 2, 2), ("comparing", 3, None)]
    assert (again.scored, again.opened.total(), again.matches.compared) == (0, 0, 0)


def test_after_very_many_scores_postgresql_knows_how_many_posts_there_are(
    postgres_database: Database, small_model: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.scoring.score.PAGE", 2)
    fill(postgres_database, [SHOUTED, NOTICE])
    with ThreadPoolExecutor(1) as executor:
        scorer = Scorer(postgres_database, executor, small_model, clock)
        score_and_match(scorer, Matcher(postgres_database, Segmenter(), clock))
    with postgres_database.work() as session:
        assert session.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'posts'")) == 2


async def test_the_walk_of_one_post_names_the_files_that_take_part(
    clock: FakeClock,
    crawl: Callable[..., Awaitable[object]],
    register: Callable[..., None],
    sqlite_database: Database,
    scorer: Scorer,
) -> None:
    with serve(FeedSite([site_post(number) for number in range(3)], clock)) as address:
        register("news", address + RSS_PATH)
        with called_files() as called:
            await crawl()
            scorer.run()
            Matcher(sqlite_database, Segmenter(), clock).run()
    taking_part = {path for path in called if not path.startswith("monitor/demo/")}
    assert differences("The way of one post", taking_part) == ([], [])
