"""Builds the review desk with its API, for `monitor.bootstrap`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.report_building import DeskReporting
from monitor.reports.mask import mask_personal
from monitor.review.api.app import create_api
from monitor.review.app import create_app
from monitor.review.searching import Searching

if TYPE_CHECKING:
    from fastapi import FastAPI

    from monitor.bootstrap import Application


def build_desk(app: Application, secret: str) -> FastAPI:
    """Build the desk; `secret` signs its cookies."""
    database, clock, settings = app.ready_database, app.clock, app.settings
    return create_app(
        database,
        clock,
        settings,
        secret,
        teaching=app.teaching(),
        searching=Searching(app.segmenter, mask_personal),
        api=create_api(database, clock, settings, mask=mask_personal),
        reporting=DeskReporting(lambda: app.reports),
    )
