"""CloudFormation's quotas, and which of them a template passes.

Source: CloudFormation User Guide, "Understand CloudFormation quotas"
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from smsgen.cfn.document import Template
from smsgen.errors import Diagnostic, Path, Severity

MAX_INLINE_BYTES = 51_200
"""Bytes of a template in a request; a larger one goes through S3."""

MAX_BYTES = 1_048_576
"""Bytes of a template in S3."""

MAX_RESOURCES = 500
MAX_PARAMETERS = 200
MAX_OUTPUTS = 200
MAX_MAPPINGS = 200
MAX_DESCRIPTION_BYTES = 1_024

MAX_PARAMETER_BYTES = 4_096
"""Bytes of a parameter's value."""

MAX_DYNAMIC_REFERENCES = 60
"""Dynamic references (`{{resolve:ssm:…}}`) of one template."""

MAX_NESTED_RESOURCES = 2_500
"""Resources that a stack with nested stacks can create, update or delete in one operation."""

SECTIONS = {
    "Resources": MAX_RESOURCES,
    "Parameters": MAX_PARAMETERS,
    "Outputs": MAX_OUTPUTS,
    "Mappings": MAX_MAPPINGS,
}
"""Section of a template -> how many members it may have."""


def check_limits(template: Template, text: str) -> tuple[Diagnostic, ...]:
    """Return an error for each quota that a template, written as `text`, passes; `path` names the section."""
    diagnostics = list(check_sections(template))
    size = len(text.encode())
    if size > MAX_BYTES:
        diagnostics.append(_over(f"the template has {size:,} bytes", MAX_BYTES, ()))
    # Looking into every value is for the few templates that may have so many.
    if text.count(_RESOLVE) > MAX_DYNAMIC_REFERENCES:
        count = sum(_dynamic_references(template.resources))
        if count > MAX_DYNAMIC_REFERENCES:
            message = f"the template has {count:,} dynamic references"
            diagnostics.append(_over(message, MAX_DYNAMIC_REFERENCES, ("Resources",)))
    description = template.body.get("Description")
    if isinstance(description, str) and len(description.encode()) > MAX_DESCRIPTION_BYTES:
        message = f"the description has more than {MAX_DESCRIPTION_BYTES:,} bytes"
        diagnostics.append(Diagnostic("CLOUDFORMATION_QUOTA", message, "shorten it", path=("Description",)))
    return tuple(diagnostics)


def check_sections(template: Template) -> Iterator[Diagnostic]:
    """Yield an error for each section that has more members than CloudFormation takes; `path` names it."""
    for name, most in SECTIONS.items():
        count = len(template.section(name))
        if count > most:
            yield _over(f"the template has {count:,} {name.lower()}", most, (name,))


def check_nested(templates: Iterable[Template]) -> tuple[Diagnostic, ...]:
    """Return a warning where a stack and its nested stacks have more resources than one operation takes.

    A warning: only creating or deleting them all at once passes the quota, not each update.
    """
    sizes = [len(template.resources) for template in templates]
    if len(sizes) < 2 or sum(sizes) <= MAX_NESTED_RESOURCES:
        return ()
    message = (
        f"the stack and its nested stacks have {sum(sizes):,} resources, and CloudFormation creates, updates or"
        f" deletes at most {MAX_NESTED_RESOURCES:,} in one operation"
    )
    hint = "make several applications of it, each with its own stack"
    return (Diagnostic("CLOUDFORMATION_QUOTA", message, hint, Severity.WARNING),)


def _over(what: str, most: int, path: Path) -> Diagnostic:
    hint = "split it into nested stacks"
    return Diagnostic("CLOUDFORMATION_QUOTA", f"{what}, and CloudFormation takes {most:,}", hint, path=path)


_RESOLVE = "{{resolve:"


def _dynamic_references(value: Any) -> Iterator[int]:
    """Count them in each text, but not in user data, where CloudFormation leaves them as they are.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
    """
    if isinstance(value, str):
        yield value.count(_RESOLVE)
    elif isinstance(value, list):
        for item in value:
            yield from _dynamic_references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key != "UserData":
                yield from _dynamic_references(item)
