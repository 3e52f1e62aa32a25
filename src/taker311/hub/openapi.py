"""The hub's own description (OpenAPI 3.1) of what it takes and answers, at /openapi.json."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from taker311.hub.context import BASE

_FORM = {"name": "form", "in": "path", "required": True, "schema": {"type": "string", "enum": ["json", "xml"]}}
_TEXT: dict[str, Any] = {"type": "string"}
_ERRORS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["code", "description"],
        "properties": {"code": _TEXT, "description": _TEXT},
    },
}
_REFUSED = {
    "description": "A refusal, in the standard's error format.",
    "content": {"application/json": {"schema": _ERRORS}, "text/xml": {"schema": {}}},
}
_SERVICE = {
    "type": "object",
    "required": ["service_code", "service_name", "metadata", "type"],
    "properties": {
        "service_code": _TEXT, "service_name": _TEXT, "description": _TEXT, "metadata": {"type": "boolean"},
        "type": {"enum": ["realtime", "batch", "blackbox"]}, "keywords": _TEXT, "group": _TEXT,
    },
}  # fmt: skip
_CASE = {
    "type": "object",
    "properties": {
        "service_request_id": _TEXT, "token": _TEXT, "service_notice": _TEXT, "status": {"enum": ["open", "closed"]},
        "service_code": _TEXT, "description": _TEXT, "requested_datetime": {"type": "string", "format": "date-time"},
        "expected_datetime": {"type": "string", "format": "date-time"}, "lat": {"type": "number"}, "long": {"type": "number"},
    },
}  # fmt: skip
_UPDATE = {"type": "object", "required": ["update_id"], "properties": {"update_id": _TEXT, "service_request_id": _TEXT}}
_QUERIES = ("service_request_id", "service_code", "status", "start_date", "end_date", "jurisdiction_id")


def _query(*names: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "required": False, "schema": _TEXT} for name in names]


def _path(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "pattern": "^[A-Za-z0-9_-]+$"},
    }


def _answers(schema: dict[str, Any], *refusals: int) -> dict[str, Any]:
    found = {
        "200": {
            "description": "As asked.",
            "content": {"application/json": {"schema": schema}, "text/xml": {"schema": {}}},
        }
    }
    return found | {str(status): _REFUSED for status in (*refusals, 429)}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _form_body(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "required": required, "properties": properties, "additionalProperties": _TEXT}
    return {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}


def _json_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def document() -> dict[str, Any]:
    read: list[dict[str, list[str]]] = [{}, {"desk": []}]
    texts = dict.fromkeys(
        ("api_key", "service_code", "description", "address_string", "address_id", "media_url", "lat", "long"), _TEXT
    )
    idem = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "maxLength": 100, "pattern": "^[ -~]*$"},
    }
    status = {
        "type": "object",
        "required": ["at"],
        "properties": {"at": {"type": "string", "format": "date-time"}, "waiting": {"type": "integer"}},
    }
    suggestion = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string", "minLength": 1, "pattern": "^[!-~]+$"}, "text": _TEXT},
    }
    many = {
        "type": "object",
        "required": ["suggestions"],
        "properties": {"suggestions": {"type": "array", "items": suggestion, "maxItems": 200}},
    }
    paths = {
        "/discovery.{form}": {"get": {"parameters": [_FORM], "responses": _answers({"type": "object"}, 404)}},
        f"{BASE}/services.{{form}}": {"get": {"parameters": [_FORM], "responses": _answers(_list(_SERVICE), 403, 404), "security": read}},
        f"{BASE}/services/{{code}}.{{form}}": {
            "get": {"parameters": [_path("code"), _FORM], "responses": _answers({"type": "object"}, 403, 404), "security": read}
        },
        f"{BASE}/requests.{{form}}": {
            "get": {"parameters": [_FORM, *_query(*_QUERIES)], "responses": _answers(_list(_CASE), 400, 403, 404), "security": read},
            "post": {
                "parameters": [_FORM, idem], "requestBody": _form_body(["api_key", "service_code"], texts),
                "responses": _answers(_list(_CASE), 400, 403, 404, 409, 413, 422),
            },
        },
        f"{BASE}/requests/{{number}}.{{form}}": {
            "get": {"parameters": [_path("number"), _FORM], "responses": _answers(_list(_CASE), 403, 404), "security": read}
        },
        f"{BASE}/tokens/{{token}}.{{form}}": {
            "get": {"parameters": [_path("token"), _FORM], "responses": _answers(_list(_CASE), 403, 404), "security": read}
        },
        f"{BASE}/servicerequestupdates.{{form}}": {
            "get": {"parameters": [_FORM, *_query("start_date", "end_date")], "responses": _answers(_list(_UPDATE), 400, 403, 404), "security": read},
            "post": {
                "parameters": [_FORM],
                "requestBody": _form_body(["api_key", "service_request_id", "update_id"], dict.fromkeys(("status", "description"), _TEXT)),
                "responses": _answers(_list(_UPDATE), 400, 403, 404, 413),
            },
        },
        "/desks/status.json": {
            "get": {"responses": _answers({"type": "object", "required": ["desks"]}, 403), "security": [{"desk": []}]},
            "post": {"requestBody": _json_body(status), "responses": _answers({"type": "object"}, 400, 403, 413), "security": [{"desk": []}]},
        },
        "/desks/beat.json": {
            "post": {
                "requestBody": _json_body({
                    "type": "object",
                    "properties": {"seat": _TEXT, "waiting": {"type": "integer"}, "oldest_s": {"type": "number"}},
                }),
                "responses": _answers({"type": "object", "required": ["known"]}, 400, 403, 413),
                "security": [{"desk": []}],
            }
        },
        "/desks/answer.json": {
            "post": {
                "requestBody": _json_body({
                    "type": "object", "required": ["desk", "help_since"],
                    "properties": {"desk": _TEXT, "help_since": {"type": "string", "format": "date-time"}, "by": _TEXT},
                }),
                "responses": _answers({"type": "object"}, 400, 403, 404, 413),
                "security": [{"desk": []}],
            }
        },
        "/desks/suggestions.json": {
            "get": {"responses": _answers({"type": "object", "required": ["suggestions"]}, 403), "security": [{"desk": []}]},
            "post": {"requestBody": _json_body(many), "responses": _answers({"type": "object"}, 400, 403, 413), "security": [{"desk": []}]},
        },
        "/desks/code.json": {
            "post": {
                "requestBody": _json_body({"type": "object", "properties": {"used": _list(_TEXT)}}),
                "responses": _answers({"type": "object", "required": ["code"]}, 400, 403, 409, 413),
                "security": [{"desk": []}],
            }
        },
    }  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "taker311 hub",
            "version": "1",
            "description": "Open311 GeoReport v2 with Idempotency-Key, and the desks' own calls.",
        },
        "components": {"securitySchemes": {"desk": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}},
        "paths": paths,
    }


async def openapi(_request: Request) -> Response:
    return JSONResponse(document())
