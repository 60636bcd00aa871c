"""A program that uses the API, for tests."""

from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

BASE = "/api/v1"


class Program:
    """Sends requests with a key, or without one."""

    def __init__(self, app: FastAPI, key: str = "") -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.client = TestClient(app, "http://127.0.0.1:8000", headers=headers, raise_server_exceptions=False)

    def get(self, path: str, **query: Any) -> Response:
        return self.client.get(BASE + path, params=query)

    def post(self, path: str, body: Any) -> Response:
        return self.client.post(BASE + path, json=body)

    def data(self, path: str, **query: Any) -> Any:
        response = self.get(path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def every_page(self, path: str, **query: Any) -> list[Any]:
        """Follow the cursors to the last page."""
        rows: list[Any] = []
        page = self.data(path, **query)
        while page["next"]:
            rows += page["items"]
            page = self.data(path, **query | {"cursor": page["next"]})
        return rows + page["items"]


def is_problem(response: Response, status: int) -> str:
    """Check that a response is a problem of that status; give its detail."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["type"].startswith("urn:kiemtin:problem:")
    return str(body["detail"])
