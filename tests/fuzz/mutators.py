"""Seeded changes of sound payloads, as broken programs and bad people would make them."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from tests.monitor.collectors.hostile import HUGE, WRONG, as_json, places

MOST_BYTES = 200_000  # larger ones are tested one by one, in test_large_bodies.py
_MOST_REPEATS = 2_000
_MOST_CHANGES = 3

TOKENS: tuple[bytes, ...] = (
    *(b"\0", b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x1b$B"),
    *(b"&#xD800;", b"&#0;", b"&#55357;", b"&#x110000;", b"&#99999999999;", b"&amp", b"&unknown;"),
    *(b"\\ud800", b"\\u0000"),
    *(b"<", b">", b'"', b"'", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"%"),
    *(b"<b>", b"</b>", b"</p>", b"<table><tr>", b"<item>", b"<entry>", b"<svg/onload=x>", b"<a href='https://[x'>"),
    *(b' xmlns:a b="c"', b' xmlns:a="b"', b' xml:base="http://[x"', b"<a:b c:d='e'/>", b"<ttl>", b"<slash:comments>"),
    *(b"{", b"}", b"[", b"]", b",", b":", b"null", b"true", b"NaN", b"-Infinity", b"1e999", b"-0", b"{}", b"[[]]"),
    *(b"9" * 5000, b"-" + b"9" * 40, b"1/1/2026" + b" " * 2000),
    *(b"Mon, 01 Jan 0001", b"9999-99-99T99:99:99Z", b"GMT+99"),
    *(b"[" * 3000, b'{"a":' * 3000, b"<b>" * 3000, b"<div>" * 500, b'"' * 999, b";" * 999, b"\n" * 999, b"\r", b"\t"),
    *("\u202e".encode(), "\ufeff".encode(), "\ufffe".encode(), "\U0001f600".encode(), "e\u0301".encode() * 50, b"\x85"),
)
_ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "latin-1", "windows-1258", "utf-7")
_NUMBERS = (b"9" * 5000, b"-1", b"0", b"1e400", b"18446744073709551616", b"0x10", b"\xd9\xa3", b"1.5", b"")

Change = Callable[[bytes, Random], bytes]


def mutant(payload: bytes, chance: Random) -> bytes:
    """Change a payload in one to three ways."""
    for _ in range(chance.randint(1, _MOST_CHANGES)):
        payload = chance.choice(CHANGES)(payload, chance)[:MOST_BYTES]
    return payload


def _slice(payload: bytes, chance: Random, most: int = 400) -> tuple[int, int]:
    begin = chance.randrange(len(payload) + 1)
    return begin, min(len(payload), begin + chance.randint(0, most))


def _truncate(payload: bytes, chance: Random) -> bytes:
    return payload[: chance.randrange(len(payload) + 1)]


def _flip(payload: bytes, chance: Random) -> bytes:
    changed = bytearray(payload)
    for _ in range(chance.randint(1, 20) if changed else 0):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _remove(payload: bytes, chance: Random) -> bytes:
    begin, end = _slice(payload, chance)
    return payload[:begin] + payload[end:]


def _repeat(payload: bytes, chance: Random) -> bytes:
    begin, end = _slice(payload, chance)
    return payload[:begin] + payload[begin:end] * chance.randint(2, _MOST_REPEATS) + payload[end:]


def _swap(payload: bytes, chance: Random) -> bytes:
    begin, end = _slice(payload, chance)
    to = chance.randrange(len(payload) + 1)
    return payload[:to] + payload[begin:end] + payload[to:]


def _insert(payload: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(payload) + 1)
    return payload[:place] + chance.choice(TOKENS) + payload[place:]


def _insert_in_value(payload: bytes, chance: Random) -> bytes:
    """Insert a token where a value begins: after a sign that ends a tag, a name or a quotation mark."""
    spots = [place + 1 for place, sign in enumerate(payload) if sign in b'>":,;=']
    if not spots:
        return payload
    place = chance.choice(spots)
    return payload[:place] + chance.choice(TOKENS) + payload[place:]


def _number(payload: bytes, chance: Random) -> bytes:
    spots = [place for place, sign in enumerate(payload) if 48 <= sign < 58]
    if not spots:
        return payload
    begin = end = chance.choice(spots)
    while end < len(payload) and 48 <= payload[end] < 58:
        end += 1
    return payload[:begin] + chance.choice(_NUMBERS) + payload[end:]


def _end_tag(payload: bytes, chance: Random) -> bytes:
    """Remove an end tag, or all of them."""
    spots = [place for place in range(len(payload)) if payload.startswith(b"</", place)]
    if not spots:
        return payload
    if chance.random() < 0.2:
        return payload.replace(b"</", b"<")
    begin = chance.choice(spots)
    end = payload.find(b">", begin)
    return payload[:begin] + payload[end + 1 :]


def _encode(payload: bytes, chance: Random) -> bytes:
    return payload.decode("utf-8", errors="replace").encode(chance.choice(_ENCODINGS), errors="replace")


def _in_json(payload: bytes, chance: Random) -> bytes:
    """Change values of a JSON document: wrong types, huge numbers, deep nesting, missing and repeated rows."""
    try:
        whole = json.loads(payload)
    except (ValueError, RecursionError):
        return _insert(payload, chance)
    spots = list(places(whole))
    for _ in range(chance.randint(1, _MOST_CHANGES) if spots else 0):
        _change(whole, chance.choice(spots), chance)
    try:
        return as_json(whole)
    except (ValueError, RecursionError):
        return payload


def _change(whole: Any, path: Sequence[Any], chance: Random) -> None:
    holder = whole
    try:
        for key in path[:-1]:
            holder = holder[key]
        value = holder[path[-1]]
    except (KeyError, IndexError, TypeError):
        return  # an earlier change took this place away
    if not isinstance(holder, dict | list):
        return
    way = chance.randrange(5)
    if way == 0 and isinstance(holder, dict):
        del holder[path[-1]]
    elif way == 1 and isinstance(holder, list):
        holder += [value] * chance.randint(1, 50)
    elif way == 2:
        for _ in range(chance.choice((3, 50, 400))):
            value = [value]
        holder[path[-1]] = value
    elif way == 3:
        holder[path[-1]] = {"a": value, "id": HUGE, "text": [value]}
    else:
        holder[path[-1]] = chance.choice(WRONG)


CHANGES: tuple[Change, ...] = (
    *(_truncate, _flip, _remove, _repeat, _swap, _insert, _insert, _insert_in_value, _insert_in_value),
    *(_number, _end_tag, _encode, _in_json, _in_json),
)
