"""Score new posts, then look for copies and evidence: the two steps after every crawl and every import."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from monitor.scoring.flag_value import place_open_flags
from monitor.scoring.match import Matcher, MatchResult
from monitor.scoring.score import Scorer, ScoreResult

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class ScoreAndMatchResult:
    """The results of scoring and of matching."""

    scores: ScoreResult
    matches: MatchResult

    @property
    def opened(self) -> int:
        """How many flags were opened in all."""
        return self.scores.opened.total()

    @property
    def unsure(self) -> int:
        """How many scores were in the band below a threshold."""
        return self.scores.unsure.total()

    def as_dict(self) -> dict[str, Any]:
        """Return the results as plain data, for JSON."""
        scores = {
            "model": self.scores.model,
            "scored": self.scores.scored,
            "opened": dict(self.scores.opened),
            "unsure": dict(self.scores.unsure),
        }
        return {**scores, **asdict(self.matches)}


def score_and_match(
    scorer: Scorer,
    matcher: Matcher,
    progress: Progress = lambda _step, _done, _total: None,
    *,
    everything: bool = False,
) -> ScoreAndMatchResult:
    """Score all posts without a score, then look for copies and evidence.

    Args:
        scorer: Scores posts and opens flags.
        matcher: Finds copies and evidence.
        progress: Called with the step, the number done, and the total (None: unknown).
        everything: Look through all stored posts for those without a score of the model.

    Raises:
        KiemtinError: When scoring cannot go on; what was stored stays.

    """
    counts = {"scoring": 0, "comparing": 0}
    total = 0

    def waiting(count: int) -> None:
        nonlocal total
        total = count

    def scored(count: int) -> None:
        counts["scoring"] += count
        progress("scoring", counts["scoring"], max(total, counts["scoring"]))

    def compared(count: int) -> None:
        counts["comparing"] += count
        progress("comparing", counts["comparing"], None)

    scores = scorer.run(waiting, scored, everything=everything)
    matches = matcher.run(compared)
    place_open_flags(matcher.database)
    return ScoreAndMatchResult(scores, matches)
