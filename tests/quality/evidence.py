"""How often the item that answers a claim is found among news, what is read of it, and what is suggested for nothing.

The claims in evidence.jsonl are posts of the project's corpus. For each of 150 the file has the item that denies it,
written for this; the other 100 nobody answers. stories.jsonl has reports of invented events, each with three posts: one
that tells the same in other words, one in which a figure, place, date or outcome is another, and one of a like event.
News come from a file outside the repository, and all items get one date, so that the window does not help.
"""

import gzip
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from classifiers.evidence.likeness import CONTRADICTS, REPORTS, compare
from classifiers.text.letters import strip_diacritics
from classifiers.text.search_terms import search_terms
from monitor.scoring.match import find_evidence
from storage.database import Database
from storage.posts import posts
from storage.search import search
from storage.search.search import SearchDraft
from tests.clock import MONDAY_MORNING
from tests.factories import add_source, make_post

CLAIMS: Final = Path(__file__).parent / "evidence.jsonl"
STORIES: Final = Path(__file__).parent / "stories.jsonl"
REPORTED, CONTRADICTED, SIMILAR, DENIED, UNANSWERED = KINDS = (
    "reported", "contradicted", "similar", "denied", "unreported",
)  # fmt: skip
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim, what it is (one of KINDS), and the item that bears on it, if any does."""

    text: str
    kind: str
    answer: str | None


def read_claims() -> list[Claim]:
    """Read the claims of evidence.jsonl in the order of the file: those with an answer first."""
    rows = (json.loads(line) for line in CLAIMS.read_text(encoding="utf-8").splitlines())
    return [Claim(row["claim"], DENIED if row["answer"] else UNANSWERED, row["answer"]) for row in rows]


def read_stories() -> list[Claim]:
    """Read the posts of stories.jsonl, three of each story."""
    rows = [json.loads(line) for line in STORIES.read_text(encoding="utf-8").splitlines()]
    return [Claim(row[kind], kind, row["report"]) for row in rows for kind in (REPORTED, CONTRADICTED, SIMILAR)]


def read_set(path: Path, news: Mapping[str, str]) -> list[Claim]:
    """Read claims of JSON lines with `text`, `kind` and `news_id`, the number of the item among the news."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [Claim(row["text"], row["kind"], news.get(row["news_id"] or "")) for row in rows]


def read_news(path: Path) -> Iterator[tuple[str, str]]:
    """Read the numbers and texts of gzipped JSON lines with `id`, `title` and `abstract`."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row: dict[str, Any] = json.loads(line)
            yield row["id"], f"{row['title']}\n{row['abstract']}"


def store_references(database: Database, texts: Sequence[str]) -> dict[str, int]:
    """Store texts as posts of a reference source, indexed; gives the id of each."""
    known: dict[str, int] = {}
    with database.changes() as session:
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
    return known


def measure(
    database: Database, known: Mapping[str, int], claims: Sequence[Claim], *, plain: bool = False
) -> dict[tuple[str, str], float]:
    """Look for evidence for claims; gives the share of those of each kind of which something is so.

    Args:
        database: Where the references are.
        known: The ids of the references by text.
        claims: The claims.
        plain: Strip their diacritics first.

    Returns:
        By kind and by what is so. `among five`: their own item is among the first five suggestions; `suggested`:
        anything is; `reported` and `contradicted`: by what agrees best with them, so that they go below the others in
        the queue, or come first; `differing`: a difference to their own item is shown.

    """
    held: Counter[tuple[str, str]] = Counter()
    with database.work() as session:
        for claim in claims:
            text = strip_diacritics(claim.text) if plain else claim.text
            found = find_evidence(session, text, MONDAY_MORNING).found
            bearing = next(iter(found.values())).bearing if found else ""
            answered = claim.answer is not None
            held[claim.kind, "among five"] += answered and known[claim.answer or ""] in found
            held[claim.kind, "suggested"] += bool(found)
            held[claim.kind, "reported"] += bearing == REPORTS
            held[claim.kind, "contradicted"] += bearing == CONTRADICTS
            held[claim.kind, "differing"] += answered and bool(compare(text, claim.answer or "").differs)
    of_kind = Counter(claim.kind for claim in claims)
    return {(kind, part): count / of_kind[kind] for (kind, part), count in held.items()}


def main(news: Path, *sets: Path) -> None:
    """Print the figures of the project's own claims and stories, and those of further sets."""
    items = dict(read_news(news))
    own = {"evidence.jsonl": read_claims(), "stories.jsonl": read_stories()}
    answers = [claim.answer for claims in own.values() for claim in claims if claim.answer]
    with tempfile.TemporaryDirectory() as folder, Database(f"sqlite:///{folder}/kiemtin.db") as database:
        database.upgrade()
        known = store_references(database, list(dict.fromkeys([*items.values(), *answers])))
        print(f"{len(known):,} items")
        for name, claims in {**own, **{path.name: read_set(path, items) for path in sets}}.items():
            for plain in (False, True):
                marks = "without diacritics" if plain else "as written"
                for (kind, part), share in measure(database, known, claims, plain=plain).items():
                    print(f"{name}, {marks}, {kind}, {part}: {share:.2f}", flush=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
