"""CSV files that CrowdTangle gave of Facebook pages, Facebook groups, and Instagram accounts."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from monitor.collectors.files.base import Record, Value
from monitor.collectors.files.columns import ColumnFormat, Variant
from monitor.collectors.files.values import is_mangled_id, optional_text, published, web_address

_ID, _TEXT, _AUTHOR = "id in URL", "words of the post", "number or name of the account"
_FACEBOOK_TEXTS = ("Message", "Image Text", "Link Text", "Description")
_INSTAGRAM_TEXTS = ("Description", "Title")
_ACCOUNTS = ("Facebook Id", "User Name", "Page Name", "Group Name", "Account")
_ID_PARAMETERS = ("story_fbid", "fbid", "v", "multi_permalinks")
_ZONE_NAME = re.compile(r"(.*\d)\s+([A-Z]{2,5})", re.DOTALL)
_ZONES: Mapping[str, str] = {
    "UTC": "+00:00",
    "GMT": "+00:00",
    "WET": "+00:00",
    "WEST": "+01:00",
    "BST": "+01:00",
    "CET": "+01:00",
    "CEST": "+02:00",
    "EET": "+02:00",
    "EEST": "+03:00",
    "MSK": "+03:00",
    "ICT": "+07:00",
    "WIB": "+07:00",
    "SGT": "+08:00",
    "HKT": "+08:00",
    "JST": "+09:00",
    "KST": "+09:00",
    "AEST": "+10:00",
    "AEDT": "+11:00",
    "AKDT": "-08:00",
    "AKST": "-09:00",
    "EDT": "-04:00",
    "EST": "-05:00",
    "CDT": "-05:00",
    "CST": "-06:00",
    "MDT": "-06:00",
    "MST": "-07:00",
    "PDT": "-07:00",
    "PST": "-08:00",
    "HST": "-10:00",
}


def read_date(value: Value) -> tuple[datetime | None, str | None]:
    """Read a date with its zone as a number or a name: `2023-05-01 10:00:00 +07` or `… EDT`.

    A name that is not known gives no time: hours that nobody can vouch for are not invented.
    """
    raw = optional_text(value)
    named = _ZONE_NAME.fullmatch(raw) if raw else None
    if not named:
        return published(value)
    zone = _ZONES.get(named[2])
    return (published(f"{named[1]}{zone}")[0] if zone else None), raw


def id_from_url(value: Value) -> str | None:
    """Give the identifier in a post's address: the last part of its path, or the parameter that holds it."""
    address = web_address(value)
    if not address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    parameters = parse_qs(parts.query)
    for name in _ID_PARAMETERS:
        if parameters.get(name):
            return parameters[name][0]
    last = parts.path.rstrip("/").rpartition("/")[2]
    return last if last and not last.endswith(".php") else address


def _facebook(record: Record) -> Record:
    return _with(record, texts=_FACEBOOK_TEXTS)


def _instagram(record: Record) -> Record:
    return _with(record, texts=_INSTAGRAM_TEXTS)


def _with(record: Record, *, texts: tuple[str, ...]) -> Record:
    values = record.values
    accounts = (optional_text(values.get(name)) for name in _ACCOUNTS)
    added = {
        _ID: id_from_url(values.get("URL")),
        _TEXT: next((values[name] for name in texts if optional_text(values.get(name))), None),
        _AUTHOR: next((account for account in accounts if account and not is_mangled_id(account)), None),
    }
    return replace(record, values={**values, **added})


_FACEBOOK = Variant(
    required=frozenset({"Post Created", "Total Interactions", "Message", "URL"}),
    derived=(_ID, _TEXT, _AUTHOR),
    consumed=frozenset(_FACEBOOK_TEXTS + _ACCOUNTS),
    sources={
        "external_id": (_ID,),
        "text": (_TEXT,),
        "title": (),
        "context": ("Link Text",),
        "url": ("URL",),
        "author": (_AUTHOR,),
        "published": ("Post Created",),
        "language": (),
        "likes": ("Likes",),
        "comments": ("Comments",),
        "shares": ("Shares",),
        "replies": (),
        "views": ("Total Views", "Post Views"),
    },
    prepare=_facebook,
    read_date=read_date,
)
_INSTAGRAM = Variant(
    required=frozenset({"Account", "User Name", "Post Created", "URL", "Description"}),
    derived=(_ID, _TEXT, _AUTHOR),
    consumed=frozenset(_INSTAGRAM_TEXTS + _ACCOUNTS),
    sources={
        "external_id": (_ID,),
        "text": (_TEXT,),
        "title": ("Title",),
        "context": (),
        "url": ("URL",),
        "author": (_AUTHOR,),
        "published": ("Post Created",),
        "language": (),
        "likes": ("Likes",),
        "comments": ("Comments",),
        "shares": (),
        "replies": (),
        "views": ("Views",),
    },
    prepare=_instagram,
    read_date=read_date,
)

CROWDTANGLE = ColumnFormat("crowdtangle", (_FACEBOOK, _INSTAGRAM))
