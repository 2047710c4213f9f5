"""REST does what its OpenAPI document says, whatever it is asked."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis.checks import CHECKS

from visualizer.controls.mailbox import Mailbox
from visualizer.desk import routes
from visualizer.desk.access import Access, Allowance
from visualizer.desk.hub import Hub
from visualizer.desk.openapi import document
from visualizer.desk.preview import Preview
from visualizer.latest import Latest
from visualizer.show.reducer import start
from visualizer.show.view import View

from .rig import PRESETS, STATUS


class Ticking:
    """A clock that has gone on each time it is read: nothing is waited for."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        self._now += 1.0
        return self._now


def rest() -> Any:
    """The application's schema, as a program reads it."""
    views: Latest[View] = Latest()
    views.put(View(start(PRESETS), STATUS))
    clock = Ticking()
    access = Access(local=True, names=("testserver",), tokens={})
    hub = Hub(views, Mailbox(128), Preview(), access, clock)
    hub.rest = Allowance(1e9, clock)
    return schemathesis.openapi.from_asgi("/api/openapi.json", routes.app(hub))


OPERATIONS = [(path, method) for path, each in document()["paths"].items() for method in each]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_rest_does_what_its_document_says(path: str, method: str) -> None:
    operation = rest()[path][method]
    # A name that no parameter has, and a value that it can't take, are well formed and refused; and
    # there is no picture here, which is a fault of the server's by its status.
    but = ["positive_data_acceptance", *(["not_a_server_error"] if "preview" in path else [])]
    excluded: list[Any] = [CHECKS.get_one(name) for name in but]

    @settings(max_examples=10)
    @given(operation.as_strategy())
    def check(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(excluded_checks=excluded)

    check()
