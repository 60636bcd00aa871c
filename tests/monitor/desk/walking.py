"""Every address of the desk, also those that newer versions of FastAPI keep one level deeper."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute


def pages(app: FastAPI) -> Iterator[APIRoute]:
    """Give every route of the desk's own pages."""
    yield from (route for _, route in _walk(app, "") if isinstance(route, APIRoute))


def addresses(app: FastAPI) -> Iterator[tuple[str, Any]]:
    """Give the whole path of every route, those of mounted applications too, and the route."""
    for path, route in _walk(app, ""):
        yield path, route
        if (inner := getattr(route, "app", None)) is not None and hasattr(inner, "routes"):
            yield from ((f"{path}{below}", each) for below, each in _walk(inner, ""))


def _walk(app: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Give the routes of an application; an included router is one entry in newer FastAPI, and none in older."""
    for entry in app.routes:
        included = getattr(entry, "original_router", None)
        if included is None:
            yield f"{prefix}{getattr(entry, 'path', '')}", entry
        else:
            yield from _walk(included, prefix)
