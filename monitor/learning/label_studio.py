"""Flags as tasks of Label Studio, and its annotations as decisions: JSON as its `JSON` export and import have it.

Texts go out with personal data masked, and annotators as numbers that say nothing of who they are. What comes back are
decisions of one named account, on flags that are still open in the version that was exported.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from monitor.clock import Clock
from monitor.crawl.web_links import MAX_LINK, web_address
from monitor.errors import ImportRefused
from storage import audit
from storage.database import Database
from storage.errors import NotFound
from storage.models import Flag, Post, Review, join_title
from storage.posts import posts
from storage.review import flags, reviews
from storage.review.decisions import NEED_LINK, STATE_OF, choices

DECISION, NOTE, EVIDENCE = "decision", "note", "evidence"
"""Names of the controls in the labelling configuration."""
MAX_NOTE: Final = 2_000
MAX_LINKS: Final = 10
CONFIGURATION: Final = """<View>
  <Header value="$label ($source)"/>
  <Text name="context" value="$context"/>
  <Text name="text" value="$text"/>
  <Choices name="decision" toName="text" choice="single" required="true">
{choices}
  </Choices>
  <TextArea name="note" toName="text" maxSubmissions="1" placeholder="Ghi chú"/>
  <TextArea name="evidence" toName="text" placeholder="https://"/>
</View>
"""


class _Result(BaseModel):
    from_name: str
    value: dict[str, Any] = Field(default_factory=dict)


class _Annotation(BaseModel):
    was_cancelled: bool = False
    result: list[_Result] = Field(default_factory=list)


class _Data(BaseModel):
    flag_id: Annotated[int, Field(ge=1, le=2**63 - 1)]
    revision: Annotated[int, Field(ge=0, le=2**63 - 1)]
    label: str


class _Task(BaseModel):
    data: _Data
    annotations: list[_Annotation] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the annotations of one task say."""

    decision: str
    note: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """How many tasks became decisions, and how many were left out, by reason."""

    decided: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)


def configuration() -> str:
    """Return the labelling configuration of a project for these tasks."""
    values = list(dict.fromkeys(value for label in ("unverified", "concern") for value in choices(label)))
    return CONFIGURATION.format(choices="\n".join(f'    <Choice value="{value}"/>' for value in values))


def tasks(session: Session, mask: Callable[[str], str], *, state: str | None, label: str | None) -> Iterator[Any]:
    """Yield flags as tasks, oldest first.

    Args:
        session: The unit of work.
        mask: Replaces personal data in a text.
        state: Only flags in this state; None: all.
        label: Only flags of this label; None: all.

    """
    query = select(Flag).options(joinedload(Flag.post).joinedload(Post.source))
    query = query.where(Flag.state == state) if state else query
    query = query.where(Flag.label == label) if label else query
    people: dict[int, int] = {}
    for flag in session.scalars(query.order_by(Flag.id)):
        yield _task(session, flag, mask, people)


def _task(session: Session, flag: Flag, mask: Callable[[str], str], people: dict[int, int]) -> dict[str, Any]:
    post = flag.post
    standing = reviews.newest_standing(session, flag.id, flag.revision_number)
    decided = standing if standing is not None and STATE_OF[standing.decision] != "open" else None
    return {
        "id": flag.id,
        "data": {
            "flag_id": flag.id,
            "revision": flag.revision_number,
            "label": flag.label,
            "source": mask(post.source.name),
            "text": mask(join_title(*posts.version(session, post, flag.revision_number))),
            "context": mask(post.context or ""),
        },
        "annotations": [_annotation(decided, mask, people)] if decided else [],
        "predictions": [{"score": flag.probability, "result": []}],
    }


def _annotation(review: Review, mask: Callable[[str], str], people: dict[int, int]) -> dict[str, Any]:
    result = [{"from_name": DECISION, "to_name": "text", "type": "choices", "value": {"choices": [review.decision]}}]
    links = [link for link in review.evidence if mask(link) == link]  # one that names a person stays here
    for name, lines in ((NOTE, [mask(review.note)] if review.note else []), (EVIDENCE, links)):
        if lines:
            result.append({"from_name": name, "to_name": "text", "type": "textarea", "value": {"text": lines}})
    return {
        "id": review.id,
        # Numbered by appearance, so that it says nothing of the account.
        "completed_by": people.setdefault(review.reviewer_id, len(people) + 1),
        "created_at": review.decided_at.isoformat(),
        "was_cancelled": False,
        "result": result,
    }


def read_tasks(content: bytes) -> list[Any]:
    """Read an export of Label Studio.

    Raises:
        ImportRefused: When it is not the list of tasks that its `JSON` export holds.

    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ImportRefused(f"the file is no JSON: {error}: take the export `JSON` of Label Studio") from error
    if not isinstance(found, list):
        raise ImportRefused("the file holds no list of tasks: take the export `JSON` of Label Studio")
    return found


class DecisionImport:
    """Stores annotations as decisions of one account.

    Args:
        database: The flags.
        clock: Tells the time.
        reviewer_id: Whose decisions they are.

    """

    def __init__(self, database: Database, clock: Clock, reviewer_id: int) -> None:
        self._database = database
        self._clock = clock
        self._reviewer_id = reviewer_id
        self._task = TypeAdapter(_Task)

    def run(self, found: Sequence[Any], *, dry_run: bool = False) -> Imported:
        """Decide the flags of all tasks that can be decided. A task that cannot is counted, and stops no other one.

        Args:
            found: The tasks, as they stand in the file.
            dry_run: Count only.

        """
        skipped: Counter[str] = Counter()
        decided = 0
        with self._database.work() as session:
            for row in found:
                reason = self._decide(session, row)
                if reason:
                    skipped[reason] += 1
                else:
                    decided += 1
            if not dry_run:
                session.commit()
        return Imported(decided, dict(skipped))

    def _decide(self, session: Session, row: Any) -> str:
        """Decide one flag; returns why not, or nothing."""
        try:
            task = self._task.validate_python(row)
        except ValidationError:
            return "no task of this program"
        said = _said(task.annotations)
        if isinstance(said, str):
            return said
        try:
            flag = flags.by_id(session, task.data.flag_id)
        except NotFound:
            return "the flag is gone"
        return _obstacle(flag, task.data, said) or self._record(session, flag, said)

    def _record(self, session: Session, flag: Flag, said: Verdict) -> str:
        now = self._clock.now()
        if not flags.lease(session, flag.id, owner=f"user:{self._reviewer_id}", now=now, until=now):
            return "somebody is looking at the flag"
        review = reviews.decide(
            session,
            flag,
            reviewer_id=self._reviewer_id,
            decision=said.decision,
            note=said.note,
            now=now,
            evidence=said.evidence,
        )
        detail = {"decision": said.decision, "review": review.id, "import": "label-studio"}
        subject = f"flags:{flag.id}"
        audit.record(session, at=now, action="decision", subject=subject, user_id=self._reviewer_id, detail=detail)
        return ""


def _obstacle(flag: Flag, data: _Data, said: Verdict) -> str:
    if flag.label != data.label or flag.revision_number != data.revision:
        return "the post was edited since"
    if flag.state != "open":
        return "the flag is decided already"
    if said.decision not in choices(flag.label):
        return "no decision on this label"
    if said.decision in NEED_LINK and not said.evidence:
        return "a link is missing"
    return ""


def _said(annotations: Sequence[_Annotation]) -> Verdict | str:
    """Return what the annotations of a task agree on; a text where there is none, or they differ."""
    given = [each for each in annotations if not each.was_cancelled]
    decisions = {value for each in given for value in _values(each, DECISION, "choices")}
    if not decisions:
        return "no annotation"
    if len(decisions) > 1:
        return "annotators differ"
    note = "\n".join(line for each in given for line in _values(each, NOTE, "text")).strip()
    links = [line.strip() for each in given for line in _values(each, EVIDENCE, "text")]
    kept = tuple(dict.fromkeys(link for link in links if len(link) <= MAX_LINK and web_address(link)))
    return Verdict(decisions.pop(), note[:MAX_NOTE], kept[:MAX_LINKS])


def _values(annotation: _Annotation, name: str, kind: str) -> Iterator[str]:
    for result in annotation.result:
        values = result.value.get(kind) if result.from_name == name else None
        if isinstance(values, str):
            yield _storable(values)
        elif isinstance(values, list):
            yield from (_storable(value) for value in values if isinstance(value, str))


def _storable(text: str) -> str:
    """Take out what JSON can write and no database keeps: NUL, and half a character pair."""
    return text.replace("\x00", "").encode("utf-8", errors="replace").decode("utf-8")
