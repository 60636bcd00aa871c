"""How often the item that answers a claim is found among news, and how often something is suggested for nothing.

The claims in evidence.jsonl are posts of the project's corpus. For each of 150 the file has the item that answers it,
written for this; the other 100 nobody answers. News come from a file outside the repository, and all
items get one date, so that the window does not help. The limit was chosen by the first, third … of each.
"""

import gzip
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from classifiers.text.letters import strip_diacritics
from classifiers.text.search_terms import search_terms
from monitor.scoring.match import find_evidence
from storage.database import Database
from storage.posts import posts
from storage.search import search
from storage.search.search import SearchDraft
from tests.clock import MONDAY_MORNING
from tests.factories import add_source, make_post

DATA: Final = Path(__file__).parent / "evidence.jsonl"
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim and the item that answers it, if any does."""

    text: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What came of some claims.

    Args:
        answered: How many have an answer.
        among_five: For how many it is among the first five suggestions.
        unanswered: How many nothing answers.
        suggested: For how many of those something was suggested.

    """

    answered: int
    among_five: int
    unanswered: int
    suggested: int

    @property
    def recall(self) -> float:
        """The share of answered claims whose answer is among the first five suggestions."""
        return self.among_five / self.answered

    @property
    def false(self) -> float:
        """The share of unanswered claims for which something is suggested."""
        return self.suggested / self.unanswered


def read_claims() -> list[Claim]:
    """Read the claims in the order of the file: those with an answer first."""
    rows = (json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines())
    return [Claim(row["claim"], row["answer"]) for row in rows]


def read_news(path: Path) -> Iterator[str]:
    """Read the items of gzipped JSON lines with `title` and `abstract`."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row: dict[str, Any] = json.loads(line)
            yield f"{row['title']}\n{row['abstract']}"


def store_references(database: Database, texts: Sequence[str]) -> dict[str, int]:
    """Store texts as posts of a reference source, indexed; gives the id of each."""
    known: dict[str, int] = {}
    with database.work() as session:
        source = add_source(session, "newspaper", role="reference")
        drafts = [make_post(str(number), text, collected_at=MONDAY_MORNING) for number, text in enumerate(texts)]
        for start in range(0, len(drafts), AT_ONCE):
            posts.record(session, source.id, drafts[start : start + AT_ONCE])
        while waiting := search.unindexed(session, AT_ONCE):
            rows = []
            for post in waiting:
                terms = search_terms(post.judged_text)
                known[post.text] = post.id
                words = {"accented": terms.accented, "bare": terms.bare}
                rows.append(SearchDraft(post_id=post.id, source_id=source.id, dated=MONDAY_MORNING, **words))
            search.index(session, rows)
        session.commit()
    return known


def measure(database: Database, known: dict[str, int], claims: Sequence[Claim], *, plain: bool = False) -> Found:
    """Look for evidence for claims; `plain` strips their diacritics first."""
    answered = among_five = unanswered = suggested = 0
    with database.work() as session:
        for claim in claims:
            text = strip_diacritics(claim.text) if plain else claim.text
            found = find_evidence(session, text, MONDAY_MORNING)
            if claim.answer is None:
                unanswered += 1
                suggested += bool(found)
            else:
                answered += 1
                among_five += known[claim.answer] in found
    return Found(answered, among_five, unanswered, suggested)


def main(news: Path) -> None:
    """Print the figures of both halves."""
    claims = read_claims()
    answers = [claim.answer for claim in claims if claim.answer]
    with tempfile.TemporaryDirectory() as folder, Database(f"sqlite:///{folder}/kiemtin.db") as database:
        database.upgrade()
        known = store_references(database, [*read_news(news), *answers])
        print(f"{len(known):,} items, {len(answers)} of which answer a claim")
        for name, half in (("chosen by", claims[::2]), ("reported", claims[1::2])):
            for plain in (False, True):
                found = measure(database, known, half, plain=plain)
                marks = "without diacritics" if plain else "as written"
                print(
                    f"{name}, {marks}: recall@5 {found.recall:.3f} of {found.answered}, "
                    f"suggested for {found.false:.3f} of {found.unanswered} that nothing answers",
                    flush=True,
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
