"""A Hugging Face of our own: folders served over HTTP, as much of its interface as is asked of."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import huggingface_hub
import pytest

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """repos: folders by name. asked: each request for a file's content, as (repository, file).

    gated: repositories that are listed but not handed out.
    """

    def __init__(self) -> None:
        self.repos: dict[str, Path] = {}
        self.asked: list[tuple[str, str]] = []
        self.gated: set[str] = set()

    def files(self, name: str) -> dict[str, Path]:
        """A repository's files by their paths in it."""
        folder = self.repos[name]
        return {
            str(path.relative_to(folder).as_posix()): path
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def listing(self, name: str) -> dict[str, Any]:
        """What is said of a repository."""
        siblings = [
            {"rfilename": file, "size": path.stat().st_size, "blobId": _etag(path)}
            for file, path in self.files(name).items()
        ]
        return {"id": name, "modelId": name, "sha": COMMIT, "siblings": siblings}


def _etag(path: Path) -> str:
    return hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest()


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def do_HEAD(self) -> None:
            self._answer(head=True)

        def do_GET(self) -> None:
            self._answer(head=False)

        def _answer(self, *, head: bool) -> None:
            parts = unquote(urlsplit(self.path).path).strip("/").split("/")
            if parts[:2] == ["api", "models"]:
                name = "/".join(parts[2:4])
                if name in hub.repos:
                    self._send(200, json.dumps(hub.listing(name)).encode(), head, {})
                else:
                    self._send(404, b"", head, {"X-Error-Code": "RepoNotFound"})
                return
            name, file = "/".join(parts[:2]), "/".join(parts[4:])
            if name in hub.gated:
                self._send(403, b"", head, {"X-Error-Code": "GatedRepo"})
            elif name not in hub.repos or file not in (files := hub.files(name)):
                self._send(404, b"", head, {"X-Error-Code": "EntryNotFound"})
            else:
                if not head:
                    hub.asked.append((name, file))
                facts = {"X-Repo-Commit": COMMIT, "ETag": f'"{_etag(files[file])}"'}
                self._send(200, files[file].read_bytes(), head, facts)

        def _send(self, code: int, body: bytes, head: bool, facts: dict[str, str]) -> None:
            self.send_response(code)
            for key, value in {**facts, "Content-Length": str(len(body))}.items():
                self.send_header(key, value)
            self.end_headers()
            if not head:
                self.wfile.write(body)

    return Handler


def empty_cache(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """A Hugging Face cache with nothing in it."""
    cache = str(folder / "cache")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", cache)
    monkeypatch.setattr("huggingface_hub.utils._cache_manager.HF_HUB_CACHE", cache)
    return folder / "cache"


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Hub]:
    """A hub that huggingface_hub takes for the real one, and an empty cache in a folder."""
    hub = Hub()
    empty_cache(monkeypatch, folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", url)
    template = url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(huggingface_hub.hf_api.api, "endpoint", url)
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
