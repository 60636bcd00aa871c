"""What the API sends. Nothing here names an author of a post, and a test walks the published schema for it."""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import AfterValidator, AliasPath, BaseModel, Field, ValidationInfo

from monitor.desk.views.masking import Mask

Row = TypeVar("Row")


def _mask(text: str, info: ValidationInfo) -> str:
    mask: Mask | None = info.context
    if mask is None:
        raise ValueError("nothing is sent that no mask has seen")
    return mask(text)


Masked = Annotated[str, AfterValidator(_mask)]
"""A text of a post, a source or a person, with personal data masked."""
FlagState = Literal["open", "confirmed", "rejected", "unsure"]
MatterKind = Literal["rumour", "grievance"]
MatterState = Literal["open", "passed", "answered", "followed_up", "returned", "settled", "withdrawn", "merged"]
Verdict = Literal["no_source", "refuted", "borne_out"]


class OfRow(BaseModel):
    """What is made of a row by its attributes; those of another name are named in their field."""

    @classmethod
    def of(cls, row: object, mask: Mask) -> Self:
        """Make it of a row of the database whose relations are loaded."""
        return cls.model_validate(row, from_attributes=True, context=mask)


class Page(BaseModel, Generic[Row]):
    """One page of a list, newest first."""

    items: list[Row]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class ReasonOut(BaseModel):
    """Words and what they add to the log-odds of the label."""

    words: str
    weight: float


class DecisionOut(BaseModel):
    """What a person said of a flag. Rows are only added; the newest one counts."""

    id: int
    decision: str = Field(description="what a person decided, or `withdrawn`, which takes the decision before it back.")
    note: str = Field(description="Why, with personal data masked.")
    evidence: list[str] = Field(description="Web addresses that support it.")
    revision: int = Field(description="The version of the post that was judged.")
    decided_at: datetime


class FlagOut(OfRow):
    """A suggestion of the machine that a post carries a label."""

    id: int
    post_id: int
    label: str
    state: FlagState = Field(description="Follows from the decisions of people.")
    probability: float = Field(ge=0, le=1, description="What the model gives; a suggestion, not a finding.")
    revision: int = Field(
        validation_alias="revision_number", description="The version of the post that is flagged; 0 is the original."
    )
    source: Masked = Field(
        validation_alias=AliasPath("post", "source", "name"),
        description="The name of the source, with personal data masked.",
    )
    opened_at: datetime


class FlagDetail(FlagOut):
    """A flag with its reasons and decisions."""

    reasons: list[ReasonOut] = Field(description="Strongest first.")
    decisions: list[DecisionOut] = Field(description="Oldest first.")
    seen: str = Field(
        description="Names the version and the decisions that are sent here: a decision says it again, so that one "
        "taken meanwhile is noticed."
    )


class PostFlag(OfRow):
    """A flag of a post."""

    id: int
    label: str
    state: FlagState


class PostOut(BaseModel):
    """A public post as it stood when it was last seen, with personal data masked."""

    id: int
    source: str = Field(description="The name of the source, with personal data masked.")
    url: str | None = Field(description="Where it can be read; null where the address names a person.")
    title: str | None
    text: str = Field(description="With what the author wrote of its pictures.")
    picture_text: str = Field(description="The words that were recognised in its pictures.")
    context: str | None = Field(description="The title of the article or thread that it answers.")
    language: str | None
    published_at: datetime | None
    collected_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None = Field(description="When the platform no longer had it.")
    revision: int
    engagement: dict[str, int] = Field(description="Counts that the platform shows, such as likes.")
    cluster_id: int | None = Field(description="Posts of one number are copies of one another.")


class PostDetail(PostOut):
    """A post with its flags, and the numbers of the matters that it tells."""

    flags: list[PostFlag]
    matters: list[int]


class MatterOut(OfRow):
    """A rumour or a grievance that posts tell. It stays when its posts are deleted."""

    id: int
    kind: MatterKind
    label: str = Field(description="The label of its posts.")
    state: MatterState
    verdict: Verdict | None = Field(description="What was found out about a rumour; null for a grievance.")
    sentence: Masked = Field(description="A person's sentence about it, with personal data masked; may be empty.")
    topic: str = Field(description="Of a grievance: a name of concern_topics.toml, such as wages.")
    place: Masked = Field(description="In the reviewer's words, with personal data masked.")
    counts_at: datetime = Field(description="By which it belongs to a week's report.")
    first_at: datetime = Field(description="When the first of its posts was published.")
    last_at: datetime = Field(description="When the last of them was.")
    opened_at: datetime
    changed_at: datetime = Field(description="When something was last done about it.")
    merged_into: int | None = Field(description="The matter into which it was merged.")


class MatterEventOut(OfRow):
    """One thing that was done about a matter."""

    kind: str = Field(description="opened, joined, split, passed, answered, followed_up, settled, returned, …")
    note: Masked = Field(description="With personal data masked.")
    passed_to: Masked = Field(description="Which office took it over, with personal data masked.")
    verdict: Verdict | None
    at: datetime


class MatterDetail(MatterOut):
    """A matter with its events and how far it goes."""

    events: list[MatterEventOut] = Field(description="Oldest first.")
    posts: int = Field(description="How many posts tell it; a text that one publisher has twice counts once.")
    publishers: int = Field(description="Of how many publishers they are.")


class KeyOut(BaseModel):
    """The key of the request."""

    name: str
    scopes: list[str]
    expires_at: datetime
    decides: bool = Field(description="Whether it may send decisions now.")


class FiguresOut(BaseModel):
    """Counts of now."""

    flags: dict[str, dict[str, int]] = Field(description="Flags by label and state.")
    posts: dict[str, int] = Field(description="Stored posts by source, with personal data in its name masked.")
    unscored: int | None = Field(description="Posts that wait for a score; null before a model is in use.")
    model: str | None = Field(description="The version of the model in use.")


class SummaryOut(OfRow):
    """A report that was issued."""

    period: str = Field(description="Week, month or quarter, as 2026-W47, 2026-11 or 2026-Q4.", examples=["2026-W47"])
    created_at: datetime
    schema_version: int = Field(description="Of the figures; it rises when one changes its name or meaning.")


class SummaryDetail(SummaryOut):
    """A report with its figures. It holds no text of posts."""

    figures: dict[str, Any]
