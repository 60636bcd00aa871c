"""How an account is written: one form for its pseudonym, and all the ways in which people and posts name it."""

import re
import unicodedata
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

# Their servers take capitals and small letters for the same; YouTube's and Facebook's identifiers differ by them.
CASELESS: Final = frozenset(("mastodon", "bluesky", "discourse", "xenforo", "telegram", "threads"))
AT_HOST: Final = frozenset(("mastodon", "discourse", "xenforo"))
_PATH: Final = re.compile(
    r"/(?:@|users/|u/|user/|profile/|channel/|c/|in/|s/|members/)?(?P<name>[^/?#]+)", re.IGNORECASE
)
_NUMBER_OF_MEMBER: Final = re.compile(r"(?:.*\.)?(\d+)")
LEAST_ALONE: Final = 6  # characters of a name that is looked for without an @


def canonical(kind: str, author: str) -> str:
    """Return the one form of an identifier that is made a pseudonym."""
    composed = unicodedata.normalize("NFC", author).strip() or author
    return composed.lower() if kind in CASELESS else composed


def spellings(kind: str, given: str) -> tuple[str, ...]:
    """List the identifiers that a person may mean, in the form of `canonical`, the likeliest first.

    Args:
        kind: The kind of source.
        given: A handle or an address, as `@name@host`, `acct:name@host`, `https://host/@name`, `https://host/users/name`.

    """
    plain = unicodedata.normalize("NFC", given).strip()
    found = [plain, plain.removeprefix("acct:").removeprefix("@")]
    parts = _split(plain if "://" in plain else f"https://{plain}")
    path = _PATH.match(unquote(parts.path)) if parts and parts.hostname and "/" in plain else None
    if path and parts and parts.hostname:
        name = path["name"].removeprefix("@")
        member = _NUMBER_OF_MEMBER.fullmatch(name) if kind == "xenforo" else None
        name = member[1] if member else name
        found += [name if "@" in name else f"{name}@{parts.hostname}", name]
        if query := re.search(r"(?:^|&)id=(\w+)", parts.query):
            found.append(query[1])
    if kind not in AT_HOST:
        found += [each.partition("@")[0] for each in found if each.partition("@")[0] and "://" not in each]
    return tuple(dict.fromkeys(canonical(kind, each) for each in found if each))


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:  # half an IPv6 address, for example, which any text may hold
        return None


def mention(names: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern for all ways in which a text names an account: handle, address of its profile, identifier."""
    handles = [name for name in names if "://" not in name]
    alone = {name.partition("@")[0] for name in handles} - {""}
    any_name = "|".join(sorted(map(re.escape, alone), key=len, reverse=True))
    hosts = {name.partition("@")[2] for name in handles} - {""}
    at_host = "|".join(map(re.escape, sorted(hosts)))
    link = (
        rf"(?:https?://)?(?:[\w-]+\.)+\w+/(?:@|users/|u/|user/|profile/|channel/)(?:{any_name})(?![\w-])[^\s\"'<>\\\]]*"
    )
    forms = [link, rf"(?<![\w@])@(?:{any_name})(?:@[\w.-]+\w)?(?![\w@])"]
    if at_host:
        forms.append(rf"(?<![\w.@-])(?:{any_name})@(?:{at_host})(?![\w-]|\.\w)")
    if long := [name for name in handles if len(name) >= LEAST_ALONE and "@" not in name]:
        forms.append(rf"(?<![\w@.-])(?:{'|'.join(map(re.escape, long))})(?![\w@-])")
    return re.compile("|".join(forms), re.IGNORECASE)
