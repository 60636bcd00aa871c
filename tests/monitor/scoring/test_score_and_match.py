"""Scoring and comparing, one after the other, with one account and one report of progress."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from classifiers.text.segment import Segmenter
from monitor.scoring.match import Matcher
from monitor.scoring.score import Scorer
from monitor.scoring.score_and_match import score_and_match
from storage.database import Database
from storage.posts import posts
from tests.clock import FakeClock
from tests.factories import add_source, make_post

RUMOUR = "Tin nội bộ: ngày mai ngân hàng đóng cửa, ai có tiền rút ngay, chia sẻ gấp cho mọi người cùng biết!!!"
NOTICE = "Ngân hàng bác bỏ tin đóng cửa ngày mai, người gửi tiền không cần rút tiền gấp."


def fill(database: Database, role: str, name: str, texts: Sequence[str]) -> None:
    with database.work() as session:
        source = add_source(session, name, role=role)
        posts.record(session, source.id, [make_post(str(number), text) for number, text in enumerate(texts)])
        session.commit()


def test_scores_come_first_so_that_claims_get_their_evidence_in_the_same_run(
    sqlite_database: Database, small_model: Path, clock: FakeClock
) -> None:
    fill(sqlite_database, "monitored", "forum", [RUMOUR, RUMOUR + " Khẩn!"])
    fill(sqlite_database, "reference", "newspaper", [NOTICE])
    told: list[tuple[str, int, int | None]] = []
    with ThreadPoolExecutor(1) as executor:
        scorer = Scorer(sqlite_database, executor, small_model, clock)
        matcher = Matcher(sqlite_database, Segmenter(), clock)
        found = score_and_match(scorer, matcher, lambda *step: told.append(step))
        again = score_and_match(scorer, matcher)

    data = found.as_dict()
    assert data["scored"] == 2
    assert data["opened"]["unverified"] == 2
    assert found.opened == sum(data["opened"].values())
    assert (data["compared"], data["copies"], data["claims_with_evidence"]) == (3, 1, 2)
    assert told == [("scoring", 2, 2), ("comparing", 3, None)]
    assert set(data) == {"model", "scored", "opened", "unsure", "compared", "copies", "claims_with_evidence"}
    assert (again.scores.scored, again.opened, again.matches.compared) == (0, 0, 0)
