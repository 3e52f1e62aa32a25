"""The published knowledge base under /kb/: static files with ETags and ranges, and one request that waits for news.

Whoever asks gets them: they are signed, hold no personal data, and are meant for every desk.
"""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from taker311.hub.intake import Rejected
from taker311.sync.layout import LATEST

LONGEST_WAIT_S = 55.0
_LOOK_S = 0.5
_NAMES = re.compile(
    r"latest\.t311|metadata/(\d+\.)?(root|timestamp|snapshot|targets)\.json"
    r"|packs/[a-z0-9][a-z0-9.-]{0,60}\.pack"
    r"|targets/[0-9a-f]{64}\.[a-z]+\.zst|deltas/[0-9a-f]{16}-[0-9a-f]{16}\.zst"
)
_CHANGES = (LATEST, "metadata/timestamp.json")


def origin_routes(folder: Path | None) -> list[Route]:
    """None for a hub that serves no knowledge base."""
    if folder is None:
        return []

    async def serve(request: Request) -> Response:
        return await _serve(folder, request)

    return [Route("/kb/{name:path}", serve)]


async def _serve(folder: Path, request: Request) -> Response:
    name = request.path_params["name"]
    path = folder / name
    if not _NAMES.fullmatch(name) or not path.is_file():
        raise Rejected(404, "there is no such file.")
    changes = name in _CHANGES or name.startswith("packs/")
    headers = {"cache-control": "no-cache" if changes else "public, max-age=31536000, immutable"}
    known = request.headers.get("if-none-match", "")
    wait = re.search(r"\bwait=(\d{1,4})\b", request.headers.get("prefer", ""))
    if wait and name in _CHANGES:
        # Also to whoever has nothing yet: the next request may follow at once, and waits.
        headers["preference-applied"] = f"wait={wait[1]}"
    if wait and known and name in _CHANGES:
        await _until_changed(path, known, min(float(wait[1]), LONGEST_WAIT_S))
    etag = _etag(path)
    if known == etag:
        return Response(status_code=304, headers={**headers, "etag": etag})
    return FileResponse(path, headers={**headers, "etag": etag}, media_type="application/octet-stream")


async def _until_changed(path: Path, known: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and _etag(path) == known:  # noqa: ASYNC110 - another program writes the file
        await asyncio.sleep(_LOOK_S)


def _etag(path: Path) -> str:
    found = path.stat()
    return f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
