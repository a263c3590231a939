"""Nested stacks in a template: resources of one type, whose TemplateURL names another template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html
"""

from __future__ import annotations

from typing import Any

NESTED_STACK = "AWS::CloudFormation::Stack"


def is_nested_stack(resource: Any) -> bool:
    """Return whether a resource of a template is a nested stack."""
    return isinstance(resource, dict) and resource.get("Type") == NESTED_STACK


def template_url(resource: Any) -> str | None:
    """Return the TemplateURL of a nested stack; None for any other resource, and where it is no text."""
    properties = resource.get("Properties") if is_nested_stack(resource) else None
    url = properties.get("TemplateURL") if isinstance(properties, dict) else None
    return url if isinstance(url, str) else None
