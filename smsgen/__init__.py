"""smsgen: CloudFormation templates and change sets for migrated, multi-server applications.

The map of the package, from what the user says to what would happen:

    load_app, validate, generate_template, generate_change_set, dump
                    what the commands do, from files or from values: `smsgen.library`
    load            an application file's bytes (YAML, JSON) -> Loaded: the App, and where each value stands
    json_schema     the JSON Schema of that file
    compile_app     App -> Compiled: the Template, its nested templates, warnings
    parse_template  text -> a template and its places      dump_template  Template -> JSON or YAML
    read_snapshot   a snapshot file, or a bare template -> Stack
    predict         Stack, template, parameters, Environment -> ChangeSet, DescribeChangeSet's answer
    requires_recreation  whether a property of a resource type can change in place
    Service         the SMS API in this process: boto3's client("sms"), without AWS behind it
    client          boto3's client("sms") itself, for the endpoint that `smsgen serve` is

What is wrong with the user's input is a `Diagnostic`; `InvalidInput` carries them all. Names are imported at their
first use (PEP 562), so that `import smsgen` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smsgen.cfn.document import Template
    from smsgen.cfn.text import dump as dump_template
    from smsgen.cfn.text import parse_template
    from smsgen.changes import predict
    from smsgen.changes.change_set import ChangeSet
    from smsgen.changes.model import Environment, Stack
    from smsgen.changes.recreation import requires_recreation
    from smsgen.changes.stack import read_snapshot
    from smsgen.compiler import Compiled, compile_app
    from smsgen.errors import Diagnostic, InvalidInput, Severity, SmsgenError
    from smsgen.library import (
        GeneratedTemplate,
        dump,
        generate_change_set,
        generate_template,
        load_app,
        validate,
    )
    from smsgen.model.app import App
    from smsgen.model.load import Loaded, load
    from smsgen.model.schema import json_schema
    from smsgen.service import Service
    from smsgen.wiring import client

__all__ = [
    "App",
    "ChangeSet",
    "Compiled",
    "Diagnostic",
    "Environment",
    "GeneratedTemplate",
    "InvalidInput",
    "Loaded",
    "Service",
    "Severity",
    "SmsgenError",
    "Stack",
    "Template",
    "client",
    "compile_app",
    "dump",
    "dump_template",
    "generate_change_set",
    "generate_template",
    "json_schema",
    "load",
    "load_app",
    "parse_template",
    "predict",
    "read_snapshot",
    "requires_recreation",
    "validate",
]

_HOMES = {
    "App": "smsgen.model.app",
    "ChangeSet": "smsgen.changes.change_set",
    "Compiled": "smsgen.compiler",
    "Diagnostic": "smsgen.errors",
    "Environment": "smsgen.changes.model",
    "GeneratedTemplate": "smsgen.library",
    "InvalidInput": "smsgen.errors",
    "Loaded": "smsgen.model.load",
    "Service": "smsgen.service",
    "Severity": "smsgen.errors",
    "SmsgenError": "smsgen.errors",
    "Stack": "smsgen.changes.model",
    "Template": "smsgen.cfn.document",
    "client": "smsgen.wiring",
    "compile_app": "smsgen.compiler",
    "dump": "smsgen.library",
    "dump_template": "smsgen.cfn.text:dump",
    "generate_change_set": "smsgen.library",
    "generate_template": "smsgen.library",
    "json_schema": "smsgen.model.schema",
    "load": "smsgen.model.load",
    "load_app": "smsgen.library",
    "parse_template": "smsgen.cfn.text:parse_template",
    "predict": "smsgen.changes",
    "read_snapshot": "smsgen.changes.stack",
    "requires_recreation": "smsgen.changes.recreation",
    "validate": "smsgen.library",
}
"""Public name -> its module, and its name there where that differs."""


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, _, there = home.partition(":")
    value = globals()[name] = getattr(import_module(module), there or name)
    return value


def __dir__() -> list[str]:
    return __all__
