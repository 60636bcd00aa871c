"""What a ClaimReview must hold: schema.org's types, and the properties that Google's page on fact checks requires.

https://schema.org/ClaimReview and https://developers.google.com/search/docs/appearance/structured-data/factcheck
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl
from pydantic.alias_generators import to_camel


def _trimmed(value: str) -> str:
    assert value.strip() == value
    return value


Text = Annotated[str, Field(min_length=1), AfterValidator(_trimmed)]


class Thing(BaseModel):
    """Anything of schema.org; a property that is not listed is a mistake."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)


class Organisation(Thing):
    type: Literal["Organization"] = Field(alias="@type")
    name: Text
    url: HttpUrl


class Rating(Thing):
    type: Literal["Rating"] = Field(alias="@type")
    rating_value: int
    worst_rating: int
    best_rating: int
    alternate_name: Text  # required by Google: it is what readers see


class Claim(Thing):
    type: Literal["Claim"] = Field(alias="@type")
    text: Text


class ClaimReview(Thing):
    """The document; `claimReviewed`, `reviewRating` and `url` are required by Google, the others recommended."""

    context: Literal["https://schema.org"] = Field(alias="@context")
    type: Literal["ClaimReview"] = Field(alias="@type")
    url: HttpUrl
    claim_reviewed: Text
    review_rating: Rating
    author: Organisation
    item_reviewed: Claim
    date_published: date
    in_language: Literal["vi"]
    review_body: Text
    citation: HttpUrl
