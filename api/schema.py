"""What the OpenAPI description says of every door: the key, the problems, and the header for repeats."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Problem details, RFC 9457",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
REPEAT: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeat a request with the same key and it is done once; the first answer comes again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_ANSWER = {
    "description": "Refused, and why",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_VERBS = ("get", "put", "post", "patch", "delete")


class BearerKey(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells drf-spectacular how callers show their key."""

    target_class = "api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


def add_rules_of_every_door(result: dict[str, Any], **_others: Any) -> dict[str, Any]:
    """For SPECTACULAR_SETTINGS["POSTPROCESSING_HOOKS"]: problems everywhere, the repeat header on POSTs."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path in result.get("paths", {}).values():
        for verb in filter(path.__contains__, _VERBS):
            path[verb].setdefault("responses", {}).setdefault("default", _ANSWER)
        if "post" in path:
            path["post"].setdefault("parameters", []).append(REPEAT)
    return result
