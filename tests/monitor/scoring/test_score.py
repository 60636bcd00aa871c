"""Every version of every monitored post is scored exactly once, whatever happens, and then compared with others."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, text

from classifiers.errors import ModelMissing
from classifiers.labels import LABEL_NAMES, label_named
from monitor.demo.sites import FeedSite, serve
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.errors import KiemtinError
from monitor.scoring.match import Matcher
from monitor.scoring.score import ScoreResult, score_and_match
from monitor.scoring.workers import BATCH_SIZE, load_model
from storage.database import Database
from storage.models import Flag, Model, Post, Score
from storage.posts import posts
from storage.review import flags, reviews
from tests.factories import add_post, add_source, decide, make_post
from tests.monitor.crawl.conftest import World, site_post
from tests.monitor.learning.model_folders import FLAGS_EVERYTHING, copy_model
from tests.monitor.scoring.conftest import TEXTS, Bench
from tests.walk import called_files, differences

LOOKS_EVERY, HANGS_AFTER = 0.05, 600  # seconds
SHOUTED = "Tin nội bộ: ngày mai ngân hàng đóng cửa, ai có tiền rút ngay, chia sẻ gấp cho mọi người cùng biết!!!"


NOTICE = "Ngân hàng bác bỏ tin đóng cửa ngày mai, người gửi tiền không cần rút tiền gấp."


def test_posts_get_a_probability_for_each_label_and_flags_where_a_threshold_is_passed(bench: Bench) -> None:
    bench.fill(TEXTS)
    told: list[tuple[str, int, int | None]] = []
    result = bench.run(lambda *step: told.append(step))

    assert result.scored == len(TEXTS)
    ends = [*range(BATCH_SIZE, len(TEXTS), BATCH_SIZE), len(TEXTS)]
    assert told == [("scoring", end, len(TEXTS)) for end in ends]
    bench.assert_each_once(len(TEXTS))
    with bench.database.work() as session:
        thresholds = session.scalars(select(Model.thresholds)).one()
        scores = session.execute(select(Score.post_id, Score.label, Score.probability)).all()
        expected = {(post, label) for post, label, probability in scores if probability >= thresholds[label]}
        found = session.scalars(select(Flag)).all()
        assert {(flag.post_id, flag.label) for flag in found if flag.origin == "scored"} == expected
        assert result.opened.total() == len(expected) > 10
        low = label_named("concern").listed_from
        possible = {post for post, label, probability in scores if label == "concern" and probability >= low}
        listed = {flag.post_id for flag in found if flag.origin == "listed"}
        assert listed == {post for post in possible if (post, "concern") not in expected}
        assert listed, "what a threshold of precision leaves out is listed"
        assert all(flag.reasons and flag.state == "open" for flag in found)
        assert not any(session.scalars(select(Post.unscored)))
    before, again = bench.scores(), bench.run()
    assert (again.scored, again.opened.total(), bench.scores()) == (0, 0, before)


def test_reference_posts_are_never_scored(bench: Bench) -> None:
    bench.fill(TEXTS[:5], role="reference", name="newspaper")
    assert bench.run().scored == 0
    assert bench.scores() == {}


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "😀" * 50, "a" * 20_000, "ở"], ids=["empty", "blank", "line", "emoji", "long", "one"]
)
def test_odd_texts_are_scored_like_any_other(bench: Bench, text: str) -> None:
    bench.fill([text])
    assert bench.run().scored == 1
    assert all(0 <= probability <= 1 for probability in bench.scores().values())


def test_heading_and_text_are_judged_together(bench: Bench) -> None:
    with bench.database.changes() as session:
        source = add_source(session)
        add_post(session, source, "1", title="Tin nội bộ", text="Ngày mai mất nước")
        add_post(session, source, "2", title=None, text="Tin nội bộ\nNgày mai mất nước")
    bench.run()
    found = bench.scores()
    assert [found[1, 0, label] for label in LABEL_NAMES] == [found[2, 0, label] for label in LABEL_NAMES]


def test_an_edited_post_is_scored_again_and_its_decided_flag_is_opened_again(bench: Bench, tmp_path: Path) -> None:
    copy_model(bench.model, tmp_path / "models", "strict", FLAGS_EVERYTHING)
    bench = replace(bench, model=tmp_path / "models" / "strict")
    bench.fill([SHOUTED])
    bench.run()
    with bench.database.changes() as session:
        flag = session.scalars(select(Flag).where(Flag.label == "unverified")).one()
        decide(session, flag, "not_a_claim", now=bench.clock.now())
        assert flag.state == "rejected"

    with bench.database.changes() as session:
        bench.clock.advance(timedelta(hours=1))
        posts.record(session, 1, [make_post("0", SHOUTED + " Chia sẻ gấp!", collected_at=bench.clock.now())])
    result = bench.run()

    assert (result.scored, result.opened["unverified"]) == (1, 1)
    assert {revision for _, revision, _ in bench.scores()} == {0, 1}
    with bench.database.work() as session:
        flag = session.scalars(select(Flag).where(Flag.label == "unverified")).one()
        assert (flag.state, flag.revision_number, len(reviews.history(session, flag.id))) == ("open", 1, 1)


def test_another_model_scores_everything_again_and_becomes_the_active_one(bench: Bench, tmp_path: Path) -> None:
    bench.fill(TEXTS[:5])
    bench.run()
    other = copy_model(bench.model, tmp_path, "other")
    assert bench.scorer(model=tmp_path / "other").run().scored == 5
    with bench.database.work() as session:
        states = dict(session.execute(select(Model.version, Model.state)).all())
    assert sorted(states.values()) == ["active", "retired"]
    assert states[other] == "active"


def test_processes_give_the_same_scores_as_one_thread(bench: Bench, sqlite_template: Path, tmp_path: Path) -> None:
    texts = TEXTS[: BATCH_SIZE * 2 + 5]
    bench.fill(texts)
    bench.run()
    copy = tmp_path / "second.db"
    copy.write_bytes(sqlite_template.read_bytes())
    with Database(f"sqlite:///{copy}") as database:
        second = replace(bench, database=database)
        second.fill(texts)
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
            second.run(by=processes)
        assert second.scores() == bench.scores()


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_dies_is_one_clear_error_and_what_was_stored_stays(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.fill(TEXTS[:10])
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        monkeypatch.setattr("monitor.scoring.workers.predict_texts", die)
        with pytest.raises(KiemtinError, match="next run scores the rest") as error:
            bench.run(by=processes)
    monkeypatch.undo()
    assert "\n" not in str(error.value)
    assert bench.run().scored == 10
    bench.assert_each_once(10)


def test_a_missing_model_is_told_before_anything_is_scored(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="kiemtin train --name nowhere"):
        bench.scorer(model=tmp_path / "nowhere").run()


def test_posts_that_are_deleted_meanwhile_are_left_out(bench: Bench) -> None:
    bench.fill(TEXTS[: BATCH_SIZE + 10])

    class Deleting(ThreadPoolExecutor):
        """Retention runs beside the scoring: posts of the second batch are gone when their scores come."""

        def submit(self, *arguments: Any, **options: Any) -> "Future[Any]":
            answer = super().submit(*arguments, **options)
            answer.result()
            with bench.database.changes() as session:
                for post in session.scalars(select(Post).where(Post.id > BATCH_SIZE + 5)):
                    session.delete(post)
            return answer

    with Deleting(1) as executor:
        result = bench.run(by=executor)
    assert result.scored == BATCH_SIZE + 5
    bench.assert_each_once(BATCH_SIZE + 5)


def test_two_scorers_at_once_score_every_post_once(bench: Bench) -> None:
    texts = TEXTS[: BATCH_SIZE * 2]
    bench.fill(texts)
    load_model(bench.model)
    begin = Barrier(2)

    def score(_: int) -> ScoreResult:
        begin.wait(timeout=HANGS_AFTER)
        with Database(bench.database.url.render_as_string()) as own, ThreadPoolExecutor(1) as executor:
            return replace(bench, database=own).run(by=executor)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(score, range(2)))
    assert all(result.scored <= len(texts) for result in results)
    bench.assert_each_once(len(texts))
    with bench.database.work() as session:
        assert session.scalar(select(func.count()).select_from(Model)) == 1
        keys = session.execute(select(Flag.post_id, Flag.label).where(Flag.suggested())).all()
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


def test_a_scorer_that_was_killed_is_finished_by_the_next(bench: Bench, tmp_path: Path) -> None:
    """Run the command itself, kill it in the middle of its second batch, and run it again."""
    bench.fill(TEXTS)
    alter(bench.database, SECOND_BATCH_HANGS)
    command = [str(Path(sys.executable).with_name("kiemtin")), "score"]
    environment = {**os.environ, "KIEMTIN_HOME": str(tmp_path), "KIEMTIN_MODEL": str(bench.model)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as child:  # noqa: S603  our own
        while not bench.scores() and child.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                child.wait(LOOKS_EVERY)
        child.kill()
    assert child.returncode == -signal.SIGKILL
    assert len(bench.scores()) == BATCH_SIZE * len(LABEL_NAMES) < len(TEXTS) * len(LABEL_NAMES)

    alter(bench.database, SECOND_BATCH_GOES_ON)
    confirm = [command[0], "db", "confirm-clock", "--yes"]  # the posts were stored by the tests' clock
    subprocess.run(confirm, env=environment, stdout=subprocess.DEVNULL, check=True)  # noqa: S603  our own program
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)  # noqa: S603  our own program
    bench.assert_each_once(len(TEXTS))


def test_scores_come_first_so_that_claims_get_their_evidence_in_the_same_run(bench: Bench) -> None:
    bench.fill([SHOUTED, SHOUTED + " Khẩn!"])
    bench.fill([NOTICE], role="reference", name="newspaper")
    told: list[tuple[str, int, int | None]] = []
    matcher = Matcher(bench.database, bench.clock)
    found = score_and_match(bench.scorer(), matcher, lambda *step: told.append(step))
    again = score_and_match(bench.scorer(), matcher)

    data = found.as_dict()
    assert set(data) == {"model", "scored", "opened", "unsure", "compared", "copies", "claims_with_evidence"}
    assert (data["scored"], data["opened"]["unverified"]) == (2, 2)
    assert (data["compared"], data["copies"], data["claims_with_evidence"]) == (3, 1, 2)
    assert told == [("scoring", 2, 2), ("comparing", 3, None)]
    assert (again.scored, again.opened.total(), again.matches.compared) == (0, 0, 0)


def test_after_very_many_scores_postgresql_knows_how_many_posts_there_are(
    bench: Bench, postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.scoring.score.PAGE", 2)
    on_postgresql = replace(bench, database=postgres_database)
    on_postgresql.fill([SHOUTED, NOTICE])
    score_and_match(on_postgresql.scorer(), Matcher(postgres_database, bench.clock))
    with postgres_database.work() as session:
        assert session.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'posts'")) == 2


async def test_the_walk_of_one_post_names_the_files_that_take_part(bench: Bench) -> None:
    world = World(bench.database, bench.clock)
    with serve(FeedSite([site_post(number) for number in range(3)], bench.clock)) as address:
        world.register(address + RSS_PATH)
        with called_files() as called:
            await world.crawl()
            bench.run()
            Matcher(bench.database, bench.clock).run()
    taking_part = {path for path in called if not path.startswith("monitor/demo/")}
    assert differences("The way of one post", taking_part) == ([], [])
