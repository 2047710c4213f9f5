"""REST: the table of routes that carry out messages, and the OpenAPI document of all routes.

Each is one of the messages (desk_messages.py): what stands in the path and in the body are its
fields.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from visualizer import __version__
from visualizer.desk import desk_messages
from visualizer.desk.told_messages import State, Tables

MOST_BYTES = 16 * 1024
"""Of a message, and of a body: a prompt of the greatest length, each character escaped twice."""


@dataclass(frozen=True, slots=True)
class Row:
    """A route of which the message is done. path: names fields of it in braces. slashes: the last
    of them may have some in it."""

    method: str
    path: str
    message: type[BaseModel]
    slashes: bool = False

    @property
    def route(self) -> str:
        """The path as Starlette has it."""
        return f"{self.path[:-1]}:path}}" if self.slashes else self.path

    @property
    def type(self) -> str:
        """The message's type."""
        return str(self.message.model_fields["type"].default)

    @property
    def in_path(self) -> list[str]:
        """Fields that stand in the path."""
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def in_body(self) -> list[str]:
        """Fields that stand in the body."""
        return [n for n in self.message.model_fields if n not in ("type", *self.in_path)]

    @property
    def body_needed(self) -> bool:
        """Whether there must be one."""
        return any(self.message.model_fields[name].is_required() for name in self.in_body)


ROWS = (
    Row("PUT", "/api/parameters/{parameter}", desk_messages.SetValue),
    Row("POST", "/api/parameters/{parameter}/nudge", desk_messages.NudgeValue),
    Row("POST", "/api/commands/{command}", desk_messages.RunCommand),
    Row("PUT", "/api/commands/{command}", desk_messages.SwitchCommand),
    Row("POST", "/api/presets/{number}", desk_messages.ChoosePreset, slashes=True),
    Row("POST", "/api/prompt", desk_messages.GivePrompt),
    Row("POST", "/api/prompt/mix", desk_messages.MixInText),
    Row("PUT", "/api/prompt/weight", desk_messages.WeighText),
    Row("POST", "/api/set_list/entries", desk_messages.AddToSetList),
    Row("POST", "/api/set_list/{number}", desk_messages.ChooseSetList),
    Row("POST", "/api/set_list/entries/{number}", desk_messages.GoInSetList),
    Row("PUT", "/api/set_list/entries/{number}", desk_messages.SetEntryLength),
    Row("POST", "/api/set_list/entries/{number}/move", desk_messages.MoveInSetList),
    Row("DELETE", "/api/set_list/entries/{number}", desk_messages.RemoveFromSetList),
    Row("PUT", "/api/model", desk_messages.LoadModel),
    Row("PUT", "/api/sound", desk_messages.ChooseSoundInput),
    Row("POST", "/api/sound/find", desk_messages.FindSoundInputs),
    Row("PUT", "/api/tempo/source", desk_messages.ChooseTempoSource),
    Row("PUT", "/api/display", desk_messages.MoveToDisplay),
    Row("PUT", "/api/projection/corners/{corner}", desk_messages.PinCorner),
    Row("POST", "/api/projection", desk_messages.ChangeProjection),
    Row("POST", "/api/learn", desk_messages.LearnControl),
    Row("PUT", "/api/snapshots/{slot}", desk_messages.StoreSnapshot),
    Row("POST", "/api/snapshots/{slot}", desk_messages.RecallSnapshot),
)

_FAULTS = {
    400: "the request can't be read",
    401: "a token is needed",
    403: "this caller may not do that",
    404: "not found",
    413: f"the body is over {MOST_BYTES} bytes",
    422: "the request can't be carried out; the line says why",
    429: "too many requests",
}


class ErrorLine(BaseModel):
    """error: a line for people."""

    error: str


def document() -> dict[str, Any]:
    """The OpenAPI document of all routes."""
    _, schemas = models_json_schema(
        [(model, "serialization") for model in (State, Tables, ErrorLine)],
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, Any] = {}
    for row in ROWS:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row)
    paths["/api/state"] = {"get": _read("The current state", "state", _json("State"), 503)}
    paths["/api/tables"] = {"get": _read("What can be played", "tables", _json("Tables"))}
    presets = {"type": "array", "items": {"$ref": "#/components/schemas/PresetCard"}}
    body = {"type": "object", "properties": {"presets": presets}, "required": ["presets"]}
    paths["/api/presets"] = {
        "get": _read("The presets by name", "presets", {"application/json": {"schema": body}}, 503)
    }
    paths["/api/preview.jpg"] = {
        "get": _read(
            "The wall's picture, small",
            "preview",
            {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
            503,
        )
    }
    paths["/api/thumbnails/{name}"] = {
        "get": {
            **_read(
                "A prompt's thumbnail by its name in the state's pictures, or the preview of next",
                "thumbnail",
                {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
                404,
            ),
            "parameters": [
                {
                    "name": "name",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
                }
            ],
        }
    }
    paths["/metrics"] = {
        "get": _read(
            "Figures for Prometheus",
            "metrics",
            {"text/plain": {"schema": {"type": "string"}}},
            503,
        )
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "visualizer",
            "version": __version__,
            "description": "The running show's desk, for programs. "
            "Requests take effect with the next display frame.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _operation(row: Row) -> dict[str, Any]:
    schema = row.message.model_json_schema()
    operation: dict[str, Any] = {
        "operationId": f"{row.type}",
        "summary": " ".join((row.message.__doc__ or "").split()),
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": schema["properties"][name]}
            for name in row.in_path
        ],
        "responses": {"204": {"description": "accepted"}, **_faults(*_FAULTS)},
    }
    if row.in_body:
        body = {
            "type": "object",
            "properties": {name: schema["properties"][name] for name in row.in_body},
            "required": [name for name in schema.get("required", []) if name in row.in_body],
            "additionalProperties": False,
        }
        content = {"application/json": {"schema": body}}
        operation["requestBody"] = {"required": row.body_needed, "content": content}
    return operation


def _read(summary: str, name: str, content: dict[str, Any], *more: int) -> dict[str, Any]:
    ok = {"description": "the current state", "content": content}
    faults = _faults(400, 401, 403, 429, *more)
    return {"operationId": name, "summary": summary, "responses": {"200": ok, **faults}}


def _faults(*statuses: int) -> dict[str, Any]:
    return {
        str(status): {
            "description": _FAULTS.get(status, "there is none yet"),
            "content": _json("ErrorLine"),
        }
        for status in (*statuses, 421)
    }


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
