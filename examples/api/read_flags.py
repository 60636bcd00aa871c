"""Print open flags of one label with the first line of their posts: `read_flags.py unverified`.

Needs httpx, and a key with the scopes `flags:read` and `posts:read` in the variable KIEMTIN_KEY.
"""

import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx


def read(client: httpx.Client, path: str, **query: str) -> dict[str, Any]:
    """Read one resource; wait when the key has sent too many requests within a minute."""
    while True:
        response = client.get(path, params=query)
        if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
            break
        time.sleep(int(response.headers["Retry-After"]))
    if response.is_error:
        problem = response.json()
        sys.exit(f"{problem['title']}: {problem['detail']}")
    found: dict[str, Any] = response.json()
    return found


def every_row(client: httpx.Client, path: str, **query: str) -> Iterator[dict[str, Any]]:
    """Read a list to its last page."""
    page = read(client, path, **query)
    yield from page["items"]
    while page["next"]:
        page = read(client, path, **query, cursor=page["next"])
        yield from page["items"]


def main() -> None:
    """Print the flags."""
    base = os.environ.get("KIEMTIN_API", "http://127.0.0.1:8000/api/v1")
    headers = {"Authorization": f"Bearer {os.environ['KIEMTIN_KEY']}"}
    with httpx.Client(base_url=base, headers=headers) as client:
        for flag in every_row(client, "/flags", label=sys.argv[1], state="open"):
            post = read(client, f"/posts/{flag['post_id']}")
            print(f"{flag['id']} {flag['probability']:.2f} {post['text'].splitlines()[0]}")


if __name__ == "__main__":
    main()
