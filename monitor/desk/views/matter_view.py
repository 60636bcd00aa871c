"""The data of the list of matters and of a matter's page: one object for each page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Query
from sqlalchemy.orm import Session

from classifiers.text.segment import Segmenter
from monitor.collectors.files.row_files import Kind, Row
from monitor.desk.views.masking import Mask, first_line
from monitor.desk.views.matter_search import MatterChoice, find_choices, listed
from monitor.desk.views.searching import AddressFields, Typed
from monitor.desk.views.spread_view import Spread, spread_of
from monitor.desk.web import wording
from monitor.reports.periods import Unit, current_period
from monitor.review.roles import DECIDING
from monitor.scoring.summary import sentence_of
from storage.accounts import users
from storage.models import Correction, Matter, MatterEvent, MatterPost, Post, Review
from storage.review import corrections, flags, matters
from storage.review.matter_steps import STEPS
from storage.review.matters import KINDS, RUMOUR, SETTLED, STATES, MatterFilter, Reach
from storage.scoring.matching import Copy

PAGE_ROWS: Final = 25
MAX_WORDS: Final = 100
MOST_EXPORTED: Final = 10_000
EXPORT_SCHEMA: Final = "kiemtin.matters/1"  # raise the number when a column changes its name or meaning
EXPORTED: Final = {
    "id": Kind.INTEGER,
    **dict.fromkeys(("kind", "label", "state", "verdict", "sentence", "topic", "place"), Kind.TEXT),
    **dict.fromkeys(("posts_this_week", "publishers_this_week", "posts", "publishers"), Kind.INTEGER),
    **dict.fromkeys(("first_at", "last_at", "back_at", "opened_at", "changed_at"), Kind.MOMENT),
}
_READ_AT_ONCE: Final = 200
_NOTHING: Final = 0


class MatterForm(AddressFields, frozen=True):
    """The fields of the list's form, as they stand in its address. What is not known filters nothing."""

    kind: Typed = ""
    state: Typed = ""
    topic: Typed = ""
    own: Typed = ""
    words: Typed = ""

    def wanted(self, user_id: int) -> MatterFilter:
        """Return the filter; without a state, matters in which something is to be done."""
        return MatterFilter(
            kind=self.kind if self.kind in KINDS else None,
            states=(self.state,) if self.state in wording.MATTER_STATES else None,
            topic=self.topic if self.topic in wording.TOPICS else None,
            follower_id=user_id if self.own else None,
            words=self.words[:MAX_WORDS],
        )


def _of_address(form: Annotated[MatterForm, Query()]) -> MatterForm:
    return form


CurrentMatters = Annotated[MatterForm, Depends(_of_address)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterLine:
    """A matter in the list.

    Args:
        matter: The matter.
        sentence: A person's sentence about it, or one that is proposed; empty: no post is there any more.
        week: How far it went this week; None: not at all.
        whole: How far it went since it began; None: no post belongs to it.

    """

    matter: Matter
    sentence: str
    week: Reach | None
    whole: Reach | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterList:
    """A page of the list of matters.

    Args:
        rows: The lines.
        form: What was asked for.
        unsettled: In how many something is to be done, whatever was asked for.
        now: The present time, UTC.
        page: The number of the page, from 1.
        more: Whether another page follows.
        most_exported: How many matters a file holds at most.

    """

    rows: Sequence[MatterLine]
    form: MatterForm
    unsettled: int
    now: datetime
    page: int
    more: bool
    most_exported: int = MOST_EXPORTED


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """A post of a matter.

    Args:
        row: That it belongs to the matter.
        post: The post; None once it is deleted.
        line: Its first sentence, masked.
        flag_id: The number of its flag; None: it has none of the matter's label.

    """

    row: MatterPost
    post: Post | None
    line: str
    flag_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that was done about a matter.

    Args:
        event: What was done.
        name: Who did it; None: the program.
        review: The decision by which it came; None: by no decision, or it went with its post.
        posts: How many posts came by it and belong to the matter.
        can_be_undone: Whether it can be taken back here.

    """

    event: MatterEvent
    name: str | None
    review: Review | None
    posts: int
    can_be_undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterPage:
    """All that a matter's page shows.

    Args:
        matter: The matter.
        sentence: A person's sentence about it, or one that is proposed.
        posts: Its posts, the first published first.
        whole: How far it went; None: no post belongs to it.
        spread: The same, drawn; None of fewer than two posts.
        history: What was done about it, oldest first.
        last_undoable: The number of the newest event that can be taken back here; None: none can.
        corrections: Those that answer it.
        refuted: Whether a correction can be written.
        people: Names of who may follow it, by number.
        steps: What can be done.
        find: The words by which others were looked for; None: nobody looked.
        others: Those that were found, into which it can be merged.

    """

    matter: Matter
    sentence: str
    posts: Sequence[PostLine]
    whole: Reach | None
    spread: Spread | None
    history: Sequence[Happening]
    last_undoable: int | None
    corrections: Sequence[Correction]
    refuted: bool
    people: Mapping[int, str]
    steps: Sequence[str]
    find: str | None
    others: Sequence[MatterChoice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Who looks at the pages, and when.

    Args:
        user_id: The number of the account.
        now: The present time, UTC.
        segmenter: Knows which syllables of a search make a word.
        mask: Replaces personal data.

    """

    user_id: int
    now: datetime
    segmenter: Segmenter
    mask: Mask


def matter_list(session: Session, form: MatterForm, page: int, by: Looking) -> MatterList:
    """Collect a page of the list of matters."""
    begin, end = (page - 1) * PAGE_ROWS, page * PAGE_ROWS
    found = listed(session, form.wanted(by.user_id), by.segmenter, now=by.now, limit=end + 1)
    return MatterList(
        rows=_lines(session, found[begin:end], by),
        form=form,
        unsettled=matters.count_unsettled(session),
        now=by.now,
        page=page,
        more=len(found) > end,
    )


def exported_matters(session: Session, form: MatterForm, by: Looking) -> Iterator[Row]:
    """Yield the matters of a list as rows of a file, in the order of the list, personal data masked; no one's name."""
    found = listed(session, form.wanted(by.user_id), by.segmenter, now=by.now, limit=MOST_EXPORTED)
    same = ("id", "kind", "label", "state", "verdict", "topic", "first_at", "last_at", "back_at", "opened_at")
    for start in range(0, len(found), _READ_AT_ONCE):
        for line in _lines(session, found[start : start + _READ_AT_ONCE], by):
            yield {
                **{name: getattr(line.matter, name) for name in (*same, "changed_at")},
                "sentence": by.mask(line.sentence),
                "place": by.mask(line.matter.place),
                "posts_this_week": line.week.posts if line.week else 0,
                "publishers_this_week": line.week.publishers if line.week else 0,
                "posts": line.whole.posts if line.whole else 0,
                "publishers": line.whole.publishers if line.whole else 0,
            }


def _lines(session: Session, found: Sequence[Matter], by: Looking) -> list[MatterLine]:
    numbers = [matter.id for matter in found]
    first, whole = matters.first_posts(session, numbers), matters.reach_of(session, numbers)
    week = matters.reach_of(session, numbers, current_period(Unit.WEEK, by.now).span)
    return [
        MatterLine(
            matter=matter,
            sentence=sentence_of(matter.label, matter.sentence, first.get(matter.id), by.mask),
            week=week.get(matter.id),
            whole=whole.get(matter.id),
        )
        for matter in found
    ]


def matter_page(session: Session, matter_id: int, by: Looking, find: str | None = None) -> MatterPage:
    """Collect a matter's page; `find` are words by which others are looked for, empty: those that say the same.

    Raises:
        NotFound: When there is no such matter.

    """
    matter = matters.by_id(session, matter_id)
    posts = _posts(session, matter, by.mask)
    there = [one.post for one in posts if one.post is not None]
    sentence = sentence_of(matter.label, matter.sentence, there[0] if there else None, by.mask)
    others = (
        find_choices(session, matter.label, find, sentence, segmenter=by.segmenter, mask=by.mask)
        if find is not None
        else ()
    )
    history = _history(session, matter, posts)
    return MatterPage(
        matter=matter,
        sentence=sentence,
        posts=posts,
        whole=matters.reach_of(session, [matter_id]).get(matter_id),
        spread=spread_of([Copy(one.row.publisher, one.row.dated, _engagement(one.post)) for one in posts]),
        history=history,
        last_undoable=next((one.event.id for one in reversed(history) if one.can_be_undone), None),
        corrections=corrections.of_matter(session, matter_id),
        refuted=corrections.is_refuted(matter),
        people=users.names_of(session, DECIDING),
        steps=_steps(matter),
        find=find,
        others=[one for one in others if one.matter.id != matter_id],
    )


def _posts(session: Session, matter: Matter, mask: Mask) -> list[PostLine]:
    found = matters.posts_of(session, matter.id)
    numbers = flags.numbers_of(session, [post.id for _row, post in found if post is not None], matter.label)
    return [
        PostLine(
            row=row,
            post=post,
            line=first_line(post, mask) if post is not None else "",
            flag_id=numbers.get(post.id) if post is not None else None,
        )
        for row, post in found
    ]


def _history(session: Session, matter: Matter, posts: Sequence[PostLine]) -> list[Happening]:
    decisions, undoable = matters.decisions_of(session, matter.id), matters.undoable(session, matter.id)
    return [
        Happening(
            event=event,
            name=name,
            review=decisions.get(event.review_id or _NOTHING),
            posts=sum(one.row.joined_by == event.id for one in posts),
            # What came by a decision is taken back with it.
            can_be_undone=event.id in undoable and event.review_id is None,
        )
        for event, name in matters.events_of(session, matter.id)
    ]


def _steps(matter: Matter) -> list[str]:
    """List what can be done about a matter."""
    if matter.state not in STATES:
        return []
    if matter.state == SETTLED:
        possible = ["reopened", "noted", "described"]
    else:
        possible = [step for step in STEPS if step not in ("reopened", "judged")]
    return [*possible, "judged"] if matter.kind == RUMOUR else possible


def _engagement(post: Post | None) -> Mapping[str, object]:
    return post.engagement if post is not None else {}
