"""The JSON Schema (2020-12) of a snapshot: what `smsgen pull` writes and `read_snapshot` reads."""

from __future__ import annotations

from typing import Any

_TEXTS = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}


def _texts(description: str) -> dict[str, Any]:
    return {"description": description, **_TEXTS}


def snapshot_schema() -> dict[str, Any]:
    """Return the schema as plain data."""
    resource = {
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {"description": "Resource type, such as AWS::EC2::Instance.", "type": "string"},
            "physicalId": {"description": "PhysicalResourceId.", "type": ["string", "null"]},
            "ref": {
                "description": "What Ref gives, where that is not the physical id.",
                "type": ["string", "null"],
            },
            "attributes": {"description": "What Fn::GetAtt gives, by attribute.", "type": ["object", "null"]},
        },
    }
    environment = {
        "description": "What the account answered when the snapshot was taken.",
        "type": ["object", "null"],
        "properties": {
            "pseudo": _texts("Pseudo parameters, such as AWS::Region."),
            "ssm": _texts("SSM parameter -> its value now."),
            "exports": {
                "description": "Export -> value; null where they are not known.",
                "type": ["object", "null"],
            },
            "zones": {
                "description": "Region -> its Availability Zones.",
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "smsgen snapshot of a deployed stack",
        "description": "A stack as CloudFormation has it, so that change sets can be predicted without credentials.",
        "$ref": "#/$defs/stack",
        "$defs": {
            "resource": resource,
            "stack": {
                "type": "object",
                "required": ["template"],
                "properties": {
                    "stackName": {"type": "string"},
                    "stackId": {"description": "The stack's ARN.", "type": ["string", "null"]},
                    "template": {
                        "description": "As submitted (GetTemplate, stage Original).",
                        "type": "object",
                    },
                    "processedTemplate": {
                        "description": "What macros made of it (stage Processed).",
                        "type": ["object", "null"],
                    },
                    "parameters": _texts("Parameter -> value as given; NoEcho values are masked."),
                    "ssm": _texts("SSM parameter -> its value when the stack was deployed."),
                    "resources": {
                        "description": "Logical id -> resource.",
                        "type": "object",
                        "additionalProperties": {"$ref": "#/$defs/resource"},
                    },
                    "outputs": {"type": "object"},
                    "tags": _texts("The stack's tags; without them, they are not compared."),
                    "children": {
                        "description": "Logical id of a nested stack -> its snapshot.",
                        "type": "object",
                        "additionalProperties": {"$ref": "#/$defs/stack"},
                    },
                    "environment": environment,
                },
            },
        },
    }
