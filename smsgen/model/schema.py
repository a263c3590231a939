"""The JSON Schema (2020-12) of the application file, made from the table that the decoder uses."""

from __future__ import annotations

from typing import Any

from smsgen.model.fields import APP
from smsgen.model.kinds import (
    LINE,
    Boolean,
    Choice,
    Field,
    FieldKind,
    Identifier,
    InstanceType,
    Integer,
    ListOf,
    Record,
    Text,
    instance_types,
)
from smsgen.model.launch_fields import LAUNCH

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the schema as plain data; what it refuses `load` refuses too, and `load` knows further rules."""
    return {
        "$schema": DIALECT,
        "title": "smsgen application file",
        "description": "An application of migrated servers, in the words of the SMS API.",
        **_record(APP),
        "$defs": {
            "launch": {"description": "How servers are launched.", **_record(LAUNCH)},
            "instanceType": {"type": "string", "enum": instance_types()},
        },
    }


def schema_text() -> str:
    """Return the schema as JSON text, the same bytes every time, ending with a newline."""
    import json

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _schema(kind: FieldKind) -> dict[str, Any]:
    match kind:
        case Identifier():
            return _identifier(kind)
        case Text():
            return _text(kind)
        case Choice():
            return {"type": "string", "enum": list(kind.values)}
        case InstanceType():
            return {"$ref": "#/$defs/instanceType"}
        case Integer():
            return {"type": "integer", "minimum": kind.least, "maximum": kind.most}
        case Boolean():
            return {"type": "boolean"}
        case ListOf():
            return _list(kind)
        case Record():
            return {"$ref": "#/$defs/launch"} if kind is LAUNCH else _record(kind)
    raise TypeError(kind)


def _identifier(kind: Identifier) -> dict[str, Any]:
    forms = [f"{kind.prefix}(?:[0-9a-f]{{8}}|[0-9a-f]{{17}})", *([kind.pattern] if kind.pattern else [])]
    return {"type": "string", "pattern": _whole("|".join(forms))}


def _text(kind: Text) -> dict[str, Any]:
    """Return the schema of a text. A limit in bytes becomes the same number of characters: never stricter."""
    schema: dict[str, Any] = {"type": "string", "minLength": kind.least, "maxLength": kind.most}
    if kind.pattern or not kind.many_lines:
        schema["pattern"] = _whole(kind.pattern or LINE)
    return schema


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


def _list(kind: ListOf) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "array", "items": _schema(kind.entry)}
    if kind.least:
        schema["minItems"] = kind.least
    if kind.most:
        schema["maxItems"] = kind.most
    if kind.unique:
        schema["uniqueItems"] = True
    return schema


def _record(kind: Record) -> dict[str, Any]:
    ignored: dict[str, Any] = {name: {"description": "For editors; not read."} for name in kind.ignored}
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": ignored | {name: _field(kind, field) for name, field in kind.fields.items()},
    }
    if kind.required:
        schema["required"] = list(kind.required)
    if kind.one_of:
        schema["oneOf"] = [{"required": [name]} for name in kind.one_of]
    return schema


def _field(record: Record, field: Field) -> dict[str, Any]:
    schema = {"description": field.description, **_schema(field.kind)}
    default = record.make._field_defaults.get(field.attribute)
    if default and isinstance(default, (str, int)):
        schema["default"] = default
    if field.examples:
        schema["examples"] = list(field.examples)
    return schema
