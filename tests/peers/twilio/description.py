"""Twilio's own description of its API, as Prism can read it."""

import json
from pathlib import Path
from typing import Any

NODE = Path(__file__).resolve().parents[1] / "node"
SHIPPED = NODE / "node_modules/@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json"
PAGES = ("uri", "first_page_uri", "next_page_uri", "previous_page_uri")
FORM = "application/x-www-form-urlencoded"


def write_readable(path: Path) -> None:
    """Write the description with two things said plainly, which change no rule for a request.

    A list's page addresses are relative, as in the description's own examples, where its schema
    says 'uri'. A form field that is a list is repeated: OpenAPI's default, which Prism wants
    spelled out.
    """
    description = json.loads(SHIPPED.read_text(encoding="utf-8"))
    for operations in description["paths"].values():
        for operation in operations.values():
            if isinstance(operation, dict):
                _relative_pages(operation)
                _repeated_lists(operation)
    path.write_text(json.dumps(description), encoding="utf-8")


def _relative_pages(operation: dict[str, Any]) -> None:
    for response in operation.get("responses", {}).values():
        for content in response.get("content", {}).values():
            properties = content.get("schema", {}).get("properties", {})
            for name in PAGES:
                if properties.get(name, {}).get("format") == "uri":
                    properties[name]["format"] = "uri-reference"


def _repeated_lists(operation: dict[str, Any]) -> None:
    content = operation.get("requestBody", {}).get("content", {}).get(FORM, {})
    lists = [
        name
        for name, schema in content.get("schema", {}).get("properties", {}).items()
        if schema.get("type") == "array"
    ]
    if lists:
        content["encoding"] = {name: {"style": "form", "explode": True} for name in lists}
