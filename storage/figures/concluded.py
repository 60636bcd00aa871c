"""How often the machine is right: of the suggestions that people concluded, how many they confirmed."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Label, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.models import Flag

CONCLUDED: Final = ("confirmed", "rejected")
"""The states of a flag on which people came to a conclusion; it follows from the newest decision that stands."""


class Concluded(NamedTuple):
    """Suggestions on which people came to a conclusion.

    Args:
        right: How many they confirmed.
        total: How many they confirmed or rejected.
        probability: The mean of what the machine gave them, 0 to 1; None without any.

    """

    right: int
    total: int
    probability: float | None


def concluded(
    session: Session,
    *,
    by: Sequence[InstrumentedAttribute[Any] | Label[Any]] = (),
    where: Sequence[ColumnElement[bool]] = (),
) -> dict[tuple[Any, ...], Concluded]:
    """Count the suggestions on which people came to a conclusion.

    Every figure of how often the machine is right asks here, so that no two pages say different things. What was drawn
    for teaching or listed below the threshold is not counted: the machine suggested nothing there.

    Args:
        session: The unit of work.
        by: What they are counted by, such as `Flag.label`; without it all are counted together.
        where: Which suggestions, as conditions on `Flag`.

    Returns:
        The counts by the values of `by`, in their order; also those of which nobody has concluded any.

    """
    is_concluded = Flag.state.in_(CONCLUDED)
    right = func.coalesce(func.sum(case((Flag.state == "confirmed", 1), else_=0)), 0)
    total = func.coalesce(func.sum(case((is_concluded, 1), else_=0)), 0)
    query = select(*by, right, total, func.avg(case((is_concluded, Flag.probability)))).select_from(Flag)
    rows = session.execute(query.where(Flag.passed(), *where).group_by(*by).order_by(*by))
    # The last digits of a mean depend on the order in which the database adds.
    return {
        tuple(by): Concluded(right, total, None if mean is None else round(mean, 12))
        for *by, right, total, mean in rows
    }


def band(edges: Sequence[float]) -> Label[int]:
    """Return the number of the band in which a probability lies: 0 below the first edge, 1 from there on."""
    below = ((Flag.probability < edge, number) for number, edge in enumerate(edges))
    return case(*below, else_=len(edges)).label("band")
