"""What a server runs on: each word of the file, where it ends, and what EC2 would refuse of it."""

from typing import Any

import pytest

from smsgen.compiler import families
from smsgen.errors import Diagnostic, InvalidInput
from tests.compiler.test_compile import SERVER, compiled, properties

LICENCE = "arn:aws:license-manager:eu-central-1:123456789012:license-configuration:lic-" + "0" * 32
HOSTS = "arn:aws:resource-groups:eu-central-1:123456789012:group/hosts"


def problems(more: str, instance_type: str = "m6i.large") -> tuple[Diagnostic, ...]:
    text = SERVER.replace("m6i.large", instance_type) + "".join(
        f"          {line}\n" for line in more.splitlines()
    )
    try:
        return compiled(text).diagnostics
    except InvalidInput as refused:
        return refused.diagnostics


def codes(more: str, instance_type: str = "m6i.large") -> set[str]:
    return {one.code for one in problems(more, instance_type)} - {"ROOT_DEVICE"}


@pytest.mark.parametrize("profile", ["hardened", "sms", "plain"])
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            "cpuOptions: {coreCount: 1, threadsPerCore: 1}",
            {"CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 1}},
        ),
        ("hibernationOptions: {configured: true}", {"HibernationOptions": {"Configured": True}}),
        ("hibernationOptions: {configured: false}", {"HibernationOptions": {"Configured": False}}),
        ("placement: {groupName: near}", {"PlacementGroupName": "near"}),
        ("tenancy: host\nplacement: {hostId: h-12345678}", {"HostId": "h-12345678", "Tenancy": "host"}),
        ("tenancy: host\nplacement: {affinity: host}", {"Affinity": "host"}),
        (f'placement: {{hostResourceGroupArn: "{HOSTS}"}}', {"HostResourceGroupArn": HOSTS}),
        (
            f'licenseSpecifications: [{{licenseConfigurationArn: "{LICENCE}"}}]',
            {"LicenseSpecifications": [{"LicenseConfigurationArn": LICENCE}]},
        ),
        ("instanceInitiatedShutdownBehavior: terminate", {"InstanceInitiatedShutdownBehavior": "terminate"}),
        ("propagateTagsToVolumeOnCreation: false", {"PropagateTagsToVolumeOnCreation": False}),
        (
            "kernelId: aki-12345678\nramdiskId: ari-12345678",
            {"KernelId": "aki-12345678", "RamdiskId": "ari-12345678"},
        ),
        (
            "privateDnsNameOptions: {hostnameType: resource-name, enableResourceNameDnsAAAARecord: true}",
            {
                "PrivateDnsNameOptions": {
                    "HostnameType": "resource-name",
                    "EnableResourceNameDnsAAAARecord": True,
                }
            },
        ),
        (
            "launchTemplate: {launchTemplateName: web, version: 4}",
            {"LaunchTemplate": {"LaunchTemplateName": "web", "Version": "4"}},
        ),
    ],
)
def test_a_word_of_the_file_is_a_property_of_the_instance(
    more: str, expected: dict[str, Any], profile: str
) -> None:
    assert properties(more, top=f"profile: {profile}\n").items() >= expected.items()


def test_credits_are_of_burstable_types_and_keep_cloudformations_spelling() -> None:
    text = (
        SERVER.replace("m6i.large", "t4g.small") + "          creditSpecification: {cpuCredits: standard}\n"
    )
    assert compiled(text).template.resources["Web01Prod"]["Properties"]["CreditSpecification"] == {
        "CPUCredits": "standard"
    }


@pytest.mark.parametrize(
    ("more", "data", "absent"),
    [
        ("disableApiStop: false", {"DisableApiStop": False}, ()),
        (
            "maintenanceOptions: {autoRecovery: disabled}",
            {"MaintenanceOptions": {"AutoRecovery": "disabled"}},
            (),
        ),
        (
            "cpuOptions: {coreCount: 1, nestedVirtualization: enabled}",
            {"CpuOptions": {"CoreCount": 1, "NestedVirtualization": "enabled"}},
            ("CpuOptions",),
        ),
        (
            "tenancy: dedicated\navailabilityZone: eu-central-1a\nplacement: {groupName: p, partitionNumber: 2}",
            {
                "Placement": {
                    "GroupName": "p",
                    "PartitionNumber": 2,
                    "Tenancy": "dedicated",
                    "AvailabilityZone": "eu-central-1a",
                }
            },
            ("Tenancy", "AvailabilityZone", "PlacementGroupName"),
        ),
        (
            "volumes: [{device: /dev/sdf, size: 8, throughput: 200}]",
            {
                "BlockDeviceMappings": [
                    {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 8, "Throughput": 200}}
                ]
            },
            ("BlockDeviceMappings",),
        ),
    ],
)
def test_what_an_instance_cannot_say_stands_whole_in_a_launch_template(
    more: str, data: dict[str, Any], absent: tuple[str, ...]
) -> None:
    text = SERVER + "".join(
        f"          {line}\n" for line in ("createLaunchTemplate: true\n" + more).splitlines()
    )
    resources = compiled(text + "profile: plain\n").template.resources
    assert resources["Web01ProdLaunchTemplate"]["Properties"] == {"LaunchTemplateData": data}
    made = resources["Web01Prod"]["Properties"]
    assert made["LaunchTemplate"]["Version"] == {
        "Fn::GetAtt": ["Web01ProdLaunchTemplate", "LatestVersionNumber"]
    }
    assert not set(absent) & set(made)
    assert codes(more) == {"NEEDS_LAUNCH_TEMPLATE"}


def test_a_template_that_would_hold_nothing_is_not_made_and_hardened_ones_ask_for_imdsv2() -> None:
    text = SERVER + "          createLaunchTemplate: true\n"
    assert list(compiled(text).template.resources) == ["Web01Prod"]
    made = compiled(text + "          disableApiStop: true\n").template.resources["Web01ProdLaunchTemplate"]
    assert made["Properties"]["LaunchTemplateData"]["MetadataOptions"] == {"HttpTokens": "required"}
    kept = compiled(text + "          disableApiStop: true\n          retain: true\n").template.resources
    assert kept["Web01ProdLaunchTemplate"]["DeletionPolicy"] == "Retain"


def test_what_a_launch_template_that_is_there_may_say_is_not_asked_for() -> None:
    text = """
name: a
serverGroups:
  - serverList:
      - {serverId: s-12345678, launch: {logicalId: A,
         launchTemplate: {launchTemplateId: lt-12345678, version: 1}}}
"""
    template = compiled(text).template
    assert not template.parameters
    assert not {"ImageId", "InstanceType", "SubnetId", "SecurityGroupIds"} & set(
        template.resources["A"]["Properties"]
    )


@pytest.mark.parametrize(
    ("more", "instance_type"),
    [
        ("creditSpecification: {cpuCredits: standard}", "m6i.large"),
        ("hibernationOptions: {configured: true}", "m6i.metal"),
        ("hibernationOptions: {configured: true}", "p5.48xlarge"),
        ("enclaveOptions: {enabled: true}", "m6i.large"),
        ("enclaveOptions: {enabled: true}", "m6g.medium"),
        ("enclaveOptions: {enabled: true}", "t3.xlarge"),
        ("enclaveOptions: {enabled: true}", "m4.xlarge"),
        ("cpuOptions: {coreCount: 1}", "t2.large"),
        ("cpuOptions: {coreCount: 1}", "m6i.metal"),
        ("createLaunchTemplate: true\ncpuOptions: {amdSevSnp: enabled}", "m6i.large"),
    ],
)
def test_an_option_that_a_type_does_not_have_is_refused(more: str, instance_type: str) -> None:
    assert "UNSUPPORTED_BY_TYPE" in codes(more, instance_type)


@pytest.mark.parametrize(
    ("more", "instance_type"),
    [
        ("hibernationOptions: {configured: false}", "m6i.metal"),
        ("enclaveOptions: {enabled: true}", "m6i.xlarge"),
        ("enclaveOptions: {enabled: true}", "m6g.large"),
        ("enclaveOptions: {enabled: false}", "t3.xlarge"),
        ("hibernationOptions: {configured: true}", "r7iz.large"),
        ("hibernationOptions: {configured: true}", "i4i.large"),
        ("tenancy: host\nplacement: {hostId: h-12345678}", "m6i.large"),
        (f'tenancy: host\nplacement: {{hostResourceGroupArn: "{HOSTS}"}}', "m6i.large"),
        ("createLaunchTemplate: true\ncpuOptions: {amdSevSnp: enabled}", "m6a.large"),
    ],
)
def test_an_option_that_a_type_has_passes(more: str, instance_type: str) -> None:
    assert codes(more, instance_type) == set()


@pytest.mark.parametrize(
    "more",
    [
        "placement: {hostId: h-12345678}",
        "placement: {affinity: host}",
        f'tenancy: dedicated\nplacement: {{hostResourceGroupArn: "{HOSTS}"}}',
        f'tenancy: host\nplacement: {{hostId: h-12345678, hostResourceGroupArn: "{HOSTS}"}}',
        "createLaunchTemplate: true\nplacement: {groupName: a, groupId: pg-12345678}",
        "hibernationOptions: {configured: true}\nenclaveOptions: {enabled: true}",
        "hibernationOptions: {configured: true}\nvolumes: [{device: /dev/sda1, encrypted: false}]",
        "launchTemplate: {version: 1}",
        "launchTemplate: {launchTemplateId: lt-12345678, launchTemplateName: abc, version: 1}",
        "launchTemplate: {launchTemplateId: lt-12345678, version: 1}\ncreateLaunchTemplate: true",
    ],
)
def test_what_contradicts_itself_is_refused(more: str) -> None:
    assert "CONFLICT" in codes(more, "m6i.xlarge")


def test_unlimited_credits_are_refused_on_dedicated_hosts() -> None:
    assert "CONFLICT" in codes("tenancy: host\ncreditSpecification: {cpuCredits: unlimited}", "t3.large")
    assert codes("tenancy: host\ncreditSpecification: {cpuCredits: standard}", "t3.large") == set()


def test_paravirtual_types_are_named_by_their_control() -> None:
    assert codes("", "m1.small") == {"EC2.24"}


@pytest.mark.parametrize(
    ("name", "arm"),
    [
        *(
            (name, True)
            for name in ("a1.large", "m6g.large", "c7gn.large", "im4gn.large", "g5g.xlarge", "x2gd.large")
        ),
        *((name, False) for name in ("g4dn.xlarge", "m6i.large", "g5.xlarge", "p5.48xlarge")),
    ],
)
def test_graviton_is_told_by_the_letters_behind_the_generation(name: str, arm: bool) -> None:
    assert families.is_graviton(name) is arm
