"""The messages -> the service model that botocore, and with it boto3 and the AWS CLI, makes a client of.

What each file is: botocore's developer guide and the data that it comes with. The SDKs of today know no SMS any more:
nothing but these files tells them of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from smsgen.server.api.operations import ERRORS, METADATA, OPERATIONS, PAGES, SERVICE, VERSION
from smsgen.server.api.schema import MemberKind, members

Document = dict[str, Any]

NO_ENDPOINT = (
    "AWS Server Migration Service is no more: give the endpoint of `smsgen serve` as endpoint_url, --endpoint-url or "
    "AWS_ENDPOINT_URL_SMS"
)
"""What SDKs say where no endpoint is given."""


def service_model() -> Document:
    """Return `service-2.json`: metadata, operations, shapes."""
    shapes: Document = {}
    for operation in OPERATIONS.values():
        for kind in (operation.request, operation.response):
            _add_structure(kind, shapes)
    for name, error in ERRORS.items():
        fields = {"message": {"shape": "ErrorMessage"}} if error.says_why else {}
        marks = {"exception": True, **({"fault": True} if error.fault else {})}
        shapes[name] = {"type": "structure", "members": fields, **marks}
    shapes["ErrorMessage"] = {"type": "string"}
    return {
        "version": "2.0",
        "metadata": METADATA,
        "operations": {
            one.name: {
                "name": one.name,
                "http": {"method": "POST", "requestUri": "/"},
                "input": {"shape": one.request.__name__},
                "output": {"shape": one.response.__name__},
                "errors": [{"shape": error} for error in one.errors],
                "documentation": f"<p>{one.documentation}</p>",
            }
            for one in OPERATIONS.values()
        },
        "shapes": dict(sorted(shapes.items())),
        "documentation": "<p>The API of AWS Server Migration Service, as smsgen serves it.</p>",
    }


def paginators() -> Document:
    """Return `paginators-1.json`."""
    return {
        "pagination": {
            operation: {
                "input_token": "nextToken",
                "limit_key": "maxResults",
                "output_token": "nextToken",
                "result_key": result,
            }
            for operation, result in PAGES.items()
        }
    }


def endpoint_rules(default: str = "") -> Document:
    """Return `endpoint-rule-set-1.json`: a request goes to `endpoint_url`, else to `default`, and nowhere without both.

    The addresses that SMS had answer no more; nothing signed should be sent to whoever has them next.
    """
    otherwise: Document = {"conditions": [], "error": NO_ENDPOINT, "type": "error"}
    if default:
        otherwise = {"conditions": [], "endpoint": _endpoint(default), "type": "endpoint"}
    flag = {"required": True, "default": False, "type": "Boolean"}
    return {
        "version": "1.0",
        "parameters": {
            "Region": {
                "builtIn": "AWS::Region",
                "required": False,
                "documentation": "The Region that requests are signed for.",
                "type": "String",
            },
            "UseDualStack": {"builtIn": "AWS::UseDualStack", **flag, "documentation": "Not used."},
            "UseFIPS": {"builtIn": "AWS::UseFIPS", **flag, "documentation": "Not used."},
            "Endpoint": {
                "builtIn": "SDK::Endpoint",
                "required": False,
                "documentation": "Where smsgen serves the API.",
                "type": "String",
            },
        },
        "rules": [
            {
                "conditions": [{"fn": "isSet", "argv": [{"ref": "Endpoint"}]}],
                "endpoint": _endpoint({"ref": "Endpoint"}),
                "type": "endpoint",
            },
            otherwise,
        ],
    }


def _endpoint(url: Any) -> Document:
    return {"url": url, "properties": {}, "headers": {}}


FILES: Mapping[str, Callable[[], Document]] = {
    "service-2.json": service_model,
    "paginators-1.json": paginators,
    "endpoint-rule-set-1.json": endpoint_rules,
}
"""File of the model -> what makes its content."""

FOLDER = f"{SERVICE}/{VERSION}"
"""Where the files stand below a folder of models (botocore, `loaders`)."""


def _add_structure(message: Any, shapes: Document) -> None:
    if message.__name__ in shapes:
        return
    structure: Document = {"type": "structure"}
    shapes[message.__name__] = structure
    required = [member.name for member in members(message) if member.required]
    if required:
        structure["required"] = required
    structure["members"] = {member.name: {"shape": member.kind.shape.name} for member in members(message)}
    for member in members(message):
        _add(member.kind, shapes)


def _add(kind: MemberKind, shapes: Document) -> None:
    if kind.message is not None:
        _add_structure(kind.message, shapes)
    else:
        shapes[kind.shape.name] = dict(_described(kind))
        if kind.item is not None:
            _add(kind.item, shapes)


def _described(kind: MemberKind) -> Iterator[tuple[str, Any]]:
    shape = kind.shape
    yield "type", kind.is_a
    if kind.item is not None:
        yield "member", {"shape": kind.item.shape.name}
    if shape.enum:
        yield "enum", list(shape.enum)
    if shape.most is not None:
        yield "max", shape.most
    if shape.least is not None:
        yield "min", shape.least
    if shape.pattern:
        yield "pattern", shape.pattern
