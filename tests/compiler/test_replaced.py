"""What a change of each field does to the server: our own change set knows, from application file to replacement."""

from typing import Any

import pytest

from smsgen.compiler import compile_app
from smsgen.model.load import load
from tests.compiler.test_compile import SERVER
from tests.report.scenarios import change_set, snapshot


def template(more: str, instance_type: str = "t3.xlarge") -> dict[str, Any]:
    text = SERVER.replace("m6i.large", instance_type)
    text += "".join(f"          {line}\n" for line in more.splitlines())
    return dict(compile_app(load(text.encode(), "app.yaml").app).template.body)


@pytest.mark.parametrize(
    ("before", "after", "replacement"),
    [
        (
            "creditSpecification: {cpuCredits: standard}",
            "creditSpecification: {cpuCredits: unlimited}",
            "False",
        ),
        ("", "instanceInitiatedShutdownBehavior: terminate", "False"),
        ("", "sourceDestCheck: false", "False"),
        ("", "disableApiTermination: true", "False"),
        ("cpuOptions: {coreCount: 1}", "cpuOptions: {coreCount: 2}", "True"),
        ("", "hibernationOptions: {configured: true}", "True"),
        ("", "placement: {groupName: near}", "True"),
        ("", "ipv6AddressCount: 1", "True"),
        ("", "networkInterfaces: [{deviceIndex: 0, secondaryPrivateIpAddressCount: 1}]", "True"),
        ("", "privateDnsNameOptions: {hostnameType: resource-name}", "Conditional"),
        (
            "createLaunchTemplate: true\ndisableApiStop: true",
            "createLaunchTemplate: true\ndisableApiStop: false",
            # It will be; CloudFormation does not say so before the template has its new version.
            "Conditional",
        ),
        ("", "networkInterfaces: [{deviceIndex: 1}]", None),
        ("", "elasticIpAddresses: [{}]", None),
        ("", "recoveryAlarm: {}", None),
        ("", "recordSets: [{name: a.example.com, hostedZoneId: Z0123}]", None),
    ],
)
def test_what_a_field_does_to_the_server(before: str, after: str, replacement: str | None) -> None:
    changes = change_set(snapshot(template(before)), template(after)).changes
    of_server = {one.logical_resource_id: one.replacement for one in changes}.get("Web01Prod")
    assert of_server == replacement
