"""CloudFormation's quotas, and which of them a template passes.

Source: CloudFormation User Guide, "Understand CloudFormation quotas"
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
"""

from __future__ import annotations

from smsgen.cfn.document import Template
from smsgen.errors import Diagnostic

MAX_INLINE_BYTES = 51_200
"""Bytes of a template in a request; a larger one goes through S3."""

MAX_BYTES = 1_048_576
"""Bytes of a template in S3."""

MAX_RESOURCES = 500
MAX_PARAMETERS = 200
MAX_OUTPUTS = 200
MAX_MAPPINGS = 200
MAX_DESCRIPTION_BYTES = 1_024

_SECTIONS = (
    ("Resources", MAX_RESOURCES),
    ("Parameters", MAX_PARAMETERS),
    ("Outputs", MAX_OUTPUTS),
    ("Mappings", MAX_MAPPINGS),
)


def check(template: Template, size: int) -> tuple[Diagnostic, ...]:
    """Give an error for each quota that a template of `size` bytes passes; `path` names the section."""
    found = [
        Diagnostic(
            "CLOUDFORMATION_QUOTA",
            f"the template has {len(template.section(name)):,} {name.lower()}, and CloudFormation takes {most:,}",
            "split it into nested stacks",
            path=(name,),
        )
        for name, most in _SECTIONS
        if len(template.section(name)) > most
    ]
    if size > MAX_BYTES:
        message = f"the template has {size:,} bytes, and CloudFormation takes {MAX_BYTES:,}"
        found.append(Diagnostic("CLOUDFORMATION_QUOTA", message, "split it into nested stacks"))
    description = template.body.get("Description")
    if isinstance(description, str) and len(description.encode()) > MAX_DESCRIPTION_BYTES:
        message = f"the description has more than {MAX_DESCRIPTION_BYTES:,} bytes"
        found.append(Diagnostic("CLOUDFORMATION_QUOTA", message, "shorten it", path=("Description",)))
    return tuple(found)
