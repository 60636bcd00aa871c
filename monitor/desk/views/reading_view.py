"""The data of what is read blind, and of differences: the post, and not what others or the machine said."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Final

from sqlalchemy.orm import Session

from classifiers.evaluation.coders import CoderAgreement, alpha, kappa
from monitor.desk.views.masking import Mask
from monitor.desk.views.post_view import PostView, post_view
from monitor.desk.web import wording
from monitor.desk.web.language import gettext as _
from monitor.desk.web.wording import LabelHelp
from monitor.scoring.summary import summary_of
from storage.accounts import users
from storage.models import Flag
from storage.review import second_readings
from storage.review.decisions import STATE_OF
from storage.review.second_readings import Difference, ReadTwice

_Counted = tuple[tuple[tuple[str, str], int], ...]  # two answers, and to how many flags they were given

FEWEST_READ_TWICE: Final = 5  # of one or two the bootstrap interval is a point, which claims too much


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindPost:
    """A flagged post without reasons, probability and decisions.

    `said` holds what two people said who differ, for the third one who settles it; else it is empty.
    """

    flag_id: int
    label: LabelHelp
    post: PostView
    said: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """What stands in place of a missing title."""
        return _("Bài đăng của mục %(number)s") % {"number": self.flag_id}


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A flag that two people judged differently; who they are is not shown."""

    flag_id: int
    label: LabelHelp
    first_line: str
    when: datetime


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """The agreement of one pair of people on one label, or of all people."""

    label: LabelHelp
    people: str
    figures: CoderAgreement

    @property
    def lacks(self) -> int:
        """How many more flags both must have read before a coefficient says anything; 0: enough."""
        return max(0, FEWEST_READ_TWICE - self.figures.units)


def blind_post(session: Session, flag: Flag, mask: Mask | None, *, difference: Difference | None = None) -> BlindPost:
    """Collect a flagged post in the version that was flagged."""
    shown = post_view(session, flag.post, flag.revision_number, mask)
    decisions = (difference.first.decision, difference.second.decision) if difference else ()
    # In the order of the states, so that the place tells nothing of who was first.
    said = tuple(wording.DECISION_NAMES[one] for one in sorted(decisions, key=lambda one: (STATE_OF[one], one)))
    return BlindPost(flag_id=flag.id, label=wording.label_help(flag.label), post=shown, said=said)


def difference_row(found: Difference, mask: Mask | None) -> DifferenceRow:
    """Collect one line of the list of differences."""
    line = summary_of(found.flag, mask)
    return DifferenceRow(found.flag.id, wording.label_help(found.flag.label), line, found.second.decided_at)


def agreement(session: Session) -> tuple[AgreementRow, ...]:
    """Measure agreement by label: Krippendorff's alpha of all people, then Cohen's kappa of each pair."""
    names = {user.id: user.name for user in users.all_users(session)}
    found: list[AgreementRow] = []
    for label, group in groupby(second_readings.read_twice(session), key=lambda one: one.label):
        judged = list(group)
        help_text = wording.label_help(label)
        together = _alpha(_counted((one.first, one.second, one.flags) for one in judged))
        if together is not None:
            found.append(AgreementRow(help_text, _("tất cả (alpha)"), together))
        found.extend(AgreementRow(help_text, people, figures) for people, figures in _pairs(judged, names))
    return tuple(found)


def _pairs(judged: list[ReadTwice], names: Mapping[int, str]) -> list[tuple[str, CoderAgreement]]:
    """Measure each pair of people, whoever of the two read first."""
    pairs: dict[tuple[int, int], list[tuple[str, str, int]]] = {}
    for one in judged:
        answers = ((one.first_id, one.first), (one.second_id, one.second))
        (low, said), (high, replied) = sorted(answers)
        pairs.setdefault((low, high), []).append((said, replied, one.flags))
    return [
        (f"{names[low]} – {names[high]} (kappa)", _kappa(_counted(said))) for (low, high), said in sorted(pairs.items())
    ]


def _counted(judged: Iterable[tuple[str, str, int]]) -> _Counted:
    """Add up how often each pair of answers was given; in one order, so that what was measured before is found."""
    counts: Counter[tuple[str, str]] = Counter()
    for first, second, flags in judged:
        counts[first, second] += flags
    return tuple(sorted(counts.items()))


# The intervals of thousands of readings take a tenth of a second, and most readings are those of the page before.
@lru_cache(maxsize=64)
def _alpha(counted: _Counted) -> CoderAgreement | None:
    return alpha(_each(counted))


@lru_cache(maxsize=256)
def _kappa(counted: _Counted) -> CoderAgreement:
    return kappa(*zip(*_each(counted), strict=True))


def _each(counted: _Counted) -> list[tuple[str, str]]:
    return [answers for answers, flags in counted for _one in range(flags)]
