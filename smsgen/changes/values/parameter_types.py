"""The form that values of AWS-specific parameters have, such as `vpc-` and digits.

CloudFormation looks the values up in the account before it does anything else. That cannot be done here, but a value
that can be no such id is refused.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
"""

from __future__ import annotations

import re

from smsgen.changes.values.parameters import items_of

_EC2_ID = r"{}-(?:[0-9a-f]{{8}}|[0-9a-f]{{17}})"
_FORMS = {
    "AWS::EC2::AvailabilityZone::Name": (
        r"[a-z]{2,}(?:-[a-z0-9]+)*-[0-9]+[a-z]",
        "an Availability Zone, such as eu-central-2a",
    ),
    "AWS::EC2::Image::Id": (_EC2_ID.format("ami"), "an image id"),
    "AWS::EC2::Instance::Id": (_EC2_ID.format("i"), "an instance id"),
    "AWS::EC2::KeyPair::KeyName": (r"[\x20-\x7e]{1,255}", "the name of a key pair"),
    "AWS::EC2::SecurityGroup::GroupName": (r"[\x20-\x7e]{1,255}", "the name of a security group"),
    "AWS::EC2::SecurityGroup::Id": (_EC2_ID.format("sg"), "a security group id"),
    "AWS::EC2::Subnet::Id": (_EC2_ID.format("subnet"), "a subnet id"),
    "AWS::EC2::VPC::Id": (_EC2_ID.format("vpc"), "a VPC id"),
    "AWS::EC2::Volume::Id": (_EC2_ID.format("vol"), "a volume id"),
    "AWS::Route53::HostedZone::Id": (r"[A-Z0-9]{1,32}", "the id of a hosted zone"),
}
"""Type of a parameter -> what its value looks like, and what it is called. Names of SSM parameters have no one form."""


def malformed(type_name: str, value: str) -> str:
    """Return what is wrong with a value of an AWS-specific type, or a list of them; "" where it may be there."""
    if type_name.startswith("AWS::SSM::Parameter::"):
        return "" if value.strip() else "must be the name of an SSM parameter, and is empty"
    entry = type_name.removeprefix("List<").removesuffix(">")
    form = _FORMS.get(entry)
    if form is None:
        return ""
    pattern, what = form
    for part in items_of(value) if entry != type_name else [value]:
        if not re.fullmatch(pattern, part) and not part.startswith("{{resolve:"):
            return f"must be {what}, and {f'{part[:80]!r} is none' if part else 'is empty'}"
    return ""
