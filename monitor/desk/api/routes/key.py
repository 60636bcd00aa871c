"""The key of the request."""

from fastapi import APIRouter

from monitor.desk.api.access import CurrentCaller
from monitor.desk.api.schemas import KeyOut
from monitor.desk.api.scopes import Scope
from monitor.review.roles import Right, may

router = APIRouter(tags=["key"])


@router.get("/key", summary="Read what your key may do")
def read_key(caller: CurrentCaller) -> KeyOut:
    """Read the name, scopes and end of the key that was sent. Every key may do this."""
    decides = caller.user_role is not None and may(caller.user_role, Right.DECIDE) and Scope.DECIDE in caller.scopes
    return KeyOut(name=caller.name, scopes=sorted(caller.scopes), expires_at=caller.expires_at, decides=decides)
