"""What the desk's server answers: the page, REST, and the socket (desk_socket).

The page's files are a fixed list, read once; no route reads or writes any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any

from pydantic_core import from_json
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from visualizer.desk import desk_messages, desk_state, metrics, openapi
from visualizer.desk.access import PROTOCOL, Caller, Refused
from visualizer.desk.desk_socket import DeskSocket
from visualizer.desk.hub import EVERY, MOST_DESKS, Hub
from visualizer.desk.timely_protocol import REQUEST_WITHIN
from visualizer.desk.told_messages import State

STATIC = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/desk.css": ("desk.css", "text/css; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    **{
        f"/{name}.js": (f"{name}.js", "text/javascript; charset=utf-8")
        for name in (
            "main",
            "connection",
            "fader",
            "pages",
            "pictures",
            "play",
            "set",
            "setup",
            "watch",
        )
    },
}
"""The page: path to file and media type."""

PICTURE_WITHIN = 2.0
"""Seconds that REST waits for a picture of the wall."""

Endpoint = Callable[[Request], Awaitable[Response]]


def app(hub: Hub) -> Starlette:
    """The application. hub: what it tells, and where actions go."""
    read = (
        ("/api/state", _state),
        ("/api/tables", _tables),
        ("/api/presets", _presets),
        ("/api/preview.jpg", _preview),
        ("/api/openapi.json", _openapi),
        ("/api/thumbnails/{name}", _thumbnail),
        ("/metrics", _metrics),
    )
    routes: list[BaseRoute] = [
        *(
            Route(path, _guarded(_file(*file), api=False), methods=["GET"])
            for path, file in STATIC.items()
        ),
        *(Route(path, _guarded(endpoint), methods=["GET"]) for path, endpoint in read),
        *(Route(row.route, _guarded(_row(row)), methods=[row.method]) for row in openapi.ROWS),
        WebSocketRoute("/api/socket", _socket),
    ]
    made = Starlette(
        routes=_joined(routes),
        exception_handlers={HTTPException: _http_fault, Refused: _refused},
    )
    made.state.hub = hub
    return made


def _joined(routes: list[BaseRoute]) -> list[BaseRoute]:
    """Routes of one path as one, so that another method is answered with all that there are."""
    by_path: dict[str, dict[str, Any]] = {}
    others: list[BaseRoute] = []
    for route in routes:
        if isinstance(route, Route):
            methods = by_path.setdefault(route.path, {})
            methods |= dict.fromkeys(route.methods or (), route.endpoint)
        else:
            others.append(route)

    def by_method(methods: dict[str, Any]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            answer: Response = await methods[request.method](request)
            return answer

        return endpoint

    return [
        *(Route(path, by_method(m), methods=list(m)) for path, m in by_path.items()),
        *others,
    ]


def _hub(connection: HTTPConnection) -> Hub:
    hub: Hub = connection.app.state.hub
    return hub


def _caller(connection: HTTPConnection, *, api: bool = True) -> Caller:
    headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in connection.headers.raw]
    peer = connection.client.host if connection.client else ""
    return _hub(connection).access.check(headers, peer, api=api)


def _guarded(endpoint: Endpoint, *, api: bool = True) -> Endpoint:
    """An endpoint for those who may ask, with the headers that keep others out."""

    async def guarded(request: Request) -> Response:
        request.state.caller = _caller(request, api=api)
        if api and not _hub(request).rest.take():
            raise Refused(429, "too many requests; the socket is made for more")
        return _sealed(await endpoint(request), request)

    return guarded


def _sealed(response: Response, request: Request) -> Response:
    # Safari does not count a socket among 'self'.
    host = request.headers.get("host", "")
    response.headers.update(
        {
            "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
            f"img-src 'self' blob:; connect-src 'self' ws://{host}; "
            "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
    )
    return response


async def _refused(_: Request, why: Exception) -> Response:
    assert isinstance(why, Refused)
    headers = {"WWW-Authenticate": "Bearer"} if why.status == 401 else None
    return JSONResponse({"error": str(why)}, why.status, headers)


async def _http_fault(_: Request, why: Exception) -> Response:
    assert isinstance(why, HTTPException)
    return JSONResponse({"error": str(why.detail)}, why.status_code, why.headers)


def _file(name: str, kind: str) -> Endpoint:
    content = (files("visualizer.desk") / "static" / name).read_bytes()

    async def endpoint(_: Request) -> Response:
        return Response(content, media_type=kind)

    return endpoint


async def _state(request: Request) -> Response:
    _, state = _now(request)
    return Response(state.model_dump_json(), media_type="application/json")


async def _presets(request: Request) -> Response:
    _, state = _now(request)
    return JSONResponse({"presets": [card.model_dump() for card in state.presets]})


def _now(request: Request) -> tuple[float, State]:
    """Show time and state. Raises Refused before the show has told its first."""
    hub = _hub(request)
    hub.listen()
    now = hub.now()
    if now is None:
        raise Refused(503, "the show has not begun")
    return now


async def _tables(_: Request) -> Response:
    return Response(desk_state.tables().model_dump_json(), media_type="application/json")


async def _openapi(_: Request) -> Response:
    return JSONResponse(openapi.document())


async def _preview(request: Request) -> Response:
    hub = _hub(request)
    last = hub.jpeg
    async with hub.watching():
        end = hub.clock() + PICTURE_WITHIN
        while hub.jpeg is last and hub.clock() < end:
            await asyncio.sleep(EVERY)
    if hub.jpeg is last:
        raise Refused(503, "there is no picture on the wall yet")
    return Response(hub.jpeg, media_type="image/jpeg")


async def _thumbnail(request: Request) -> Response:
    jpeg = _hub(request).picture(request.path_params["name"])
    if jpeg is None:
        raise Refused(404, "there is no such thumbnail")
    return Response(jpeg, media_type="image/jpeg")


async def _metrics(request: Request) -> Response:
    time, state = _now(request)
    return Response(metrics.text(state, time), media_type=metrics.KIND)


def _row(row: openapi.Row) -> Endpoint:
    """The endpoint of a message that is done."""

    async def endpoint(request: Request) -> Response:
        body = await _body(request)
        try:
            content = from_json(body, allow_inf_nan=False) if body.strip() else {}
        except ValueError as error:
            raise Refused(400, f"the body is not JSON: {error}") from None
        if not isinstance(content, dict) or content.keys() - set(row.in_body):
            wanted = ", ".join(row.in_body) or "nothing"
            raise Refused(422, f"the body must be an object with: {wanted}")
        in_path = {name: _number(value) for name, value in request.path_params.items()}
        try:
            message = desk_messages.made({"type": row.type, **content, **in_path})
            _hub(request).play(message, request.state.caller)
        except ValueError as error:
            raise Refused(422, str(error)) from None
        return Response(status_code=204)

    return endpoint


def _number(text: str) -> str | int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


async def _body(request: Request) -> bytes:
    try:
        return await asyncio.wait_for(_whole(request), REQUEST_WITHIN)
    except asyncio.TimeoutError:
        raise Refused(408, "the body did not arrive in time") from None


async def _whole(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > openapi.MOST_BYTES:
            raise Refused(413, f"the body is over {openapi.MOST_BYTES} bytes")
    return body


async def _socket(socket: WebSocket) -> None:
    """A desk: told what changes, and heard."""
    hub = _hub(socket)
    try:
        caller = _caller(socket)
        if hub.desks >= MOST_DESKS:
            raise Refused(503, f"{MOST_DESKS} desks are connected, the maximum")
    except Refused as why:
        answer = JSONResponse({"error": str(why)}, why.status)
        await socket.send_denial_response(answer)
        return
    offered = socket.scope.get("subprotocols", [])
    hub.desks += 1  # before others can come in between
    desk = DeskSocket(socket, caller, hub)
    try:
        await socket.accept(PROTOCOL if PROTOCOL in offered else None)
        await desk.run()
    finally:
        hub.desks -= 1
        desk.watch(on=False)
