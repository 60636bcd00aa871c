"""Builds the review desk with its API, for `monitor.app.application`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.app.reports import DeskReporting
from monitor.desk.api.app import create_api
from monitor.desk.views.searching import Searching
from monitor.desk.web.app import create_app
from monitor.privacy.masks.mask import mask_personal

if TYPE_CHECKING:
    from fastapi import FastAPI

    from monitor.app.application import Application


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
        api=create_api(database, clock, mask=mask_personal),
        reporting=DeskReporting(lambda: app.reports),
    )
