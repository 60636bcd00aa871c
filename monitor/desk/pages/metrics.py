"""Figures for Prometheus, for who knows the token `metrics` of the settings. Needs the `metrics` extra.

No figure is by author, and none names a reviewer.
"""

import secrets
from collections.abc import Iterator
from http import HTTPStatus

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException
from starlette.responses import Response

from monitor.desk.web.desk import CurrentDesk, Desk
from storage.accounts import sessions
from storage.posts import sources
from storage.review import drawn, flags
from storage.scoring import registry, unscored

router = APIRouter()

TOKEN_NAME = "metrics"  # noqa: S105  the name of the token, not the token


@router.get("/metrics")
def metrics(request: Request, desk: CurrentDesk) -> Response:
    """Answer in the text format of Prometheus."""
    token = desk.settings.secrets[TOKEN_NAME].get_secret_value()
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not secrets.compare_digest(given.encode(), token.encode()):
        raise HTTPException(HTTPStatus.UNAUTHORIZED)
    collected = CollectorRegistry(auto_describe=False)
    collected.register(_Figures(desk))
    return Response(generate_latest(collected), media_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def collect(self) -> Iterator[Metric]:
        """Query all figures in one unit of work."""
        now = self._desk.clock.now()
        by_state = GaugeMetricFamily("kiemtin_flags", "Flags by label and state.", labels=["label", "state"])
        health = GaugeMetricFamily("kiemtin_source_failures", "Failed readings in a row.", labels=["source"])
        read = GaugeMetricFamily("kiemtin_source_read_seconds", "Seconds since the last success.", labels=["source"])
        stored = GaugeMetricFamily("kiemtin_posts", "Stored posts by source.", labels=["source"])
        with self._desk.database.work() as session:
            model = registry.active_model(session)
            counts = sources.post_counts(session)
            for label, states in flags.counts(session).items():
                for state, count in states.items():
                    by_state.add_metric([label, state], count)
            for source in sources.all_sources(session):
                stored.add_metric([source.name], counts.get(source.id, 0))
                if source.enabled:
                    health.add_metric([source.name], source.failures)
                if source.enabled and source.last_success_at:
                    read.add_metric([source.name], (now - source.last_success_at).total_seconds())
            waiting = unscored.count(session, model) if model else 0
            yield GaugeMetricFamily("kiemtin_posts_unscored", "Posts that wait for a score.", value=waiting)
            asked = drawn.open_count(session)
            yield GaugeMetricFamily("kiemtin_drawn_flags_open", "Flags on drawn posts that wait.", value=asked)
            live = len(sessions.listed(session, now))
            yield GaugeMetricFamily("kiemtin_sessions", "Sessions at the desk.", value=live)
        yield from (by_state, stored, health, read)
