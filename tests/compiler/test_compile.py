"""What a template holds, and what each word of the file makes of it."""

from typing import Any

import pytest

from smsgen.compiler import Compiled, compile_app
from smsgen.errors import InvalidInput
from smsgen.local.disk import DiskFiles
from smsgen.model.load import load, read_app
from smsgen.operations.files.generate_template import generate_from, generate_template

SERVER = """
name: shop
serverGroups:
  - name: web
    launchOrder: 3
    serverList:
      - serverId: s-12345678
        vmServer: {vmName: web-01.prod}
        imageId: ami-0123456789abcdef0
        launch:
          subnet: subnet-0123456789abcdef0
          securityGroup: sg-0123456789abcdef0
          instanceType: m6i.large
"""


def compiled(text: str, **options: Any) -> Compiled:
    return compile_app(load(text.encode(), "app.yaml").app, **options)


def server(more: str = "", *, top: str = "") -> dict[str, Any]:
    """Compile one server with more words in its launch configuration, and give its resource."""
    text = SERVER + "".join(f"          {line}\n" for line in more.splitlines()) + top
    return compiled(text).template.resources["Web01Prod"]


def properties(more: str = "", *, top: str = "") -> dict[str, Any]:
    return server(more, top=top)["Properties"]


def test_the_defaults_are_hardened() -> None:
    made = properties()
    assert made["MetadataOptions"] == {
        "HttpEndpoint": "enabled",
        "HttpTokens": "required",
        "HttpPutResponseHopLimit": 1,
    }
    assert made["BlockDeviceMappings"] == [
        {
            "DeviceName": "/dev/sda1",
            "Ebs": {"VolumeType": "gp3", "Encrypted": True, "DeleteOnTermination": True},
        }
    ]
    assert made["Monitoring"] is True
    assert made["EbsOptimized"] is True
    assert made["PropagateTagsToVolumeOnCreation"] is True
    assert made["SubnetId"] == "subnet-0123456789abcdef0"
    assert made["SecurityGroupIds"] == ["sg-0123456789abcdef0"]
    for unasked in (
        "KeyName",
        "NetworkInterfaces",
        "IamInstanceProfile",
        "UserData",
        "DisableApiTermination",
    ):
        assert unasked not in made


def test_the_tags_say_where_a_server_comes_from_and_its_own_win() -> None:
    tags = {tag["Key"]: tag["Value"] for tag in properties("tags: [{key: Name, value: mine}]")["Tags"]}
    assert tags["Name"] == "mine"
    assert tags["smsgen:group"] == "web"
    assert tags["smsgen:launch-order"] == "3"
    assert tags["smsgen:server-id"] == "s-12345678"


def test_a_server_and_its_volumes_are_called_as_people_call_them() -> None:
    volumes = "          volumes: [{device: /dev/sdf, size: 8, retain: true}]\n"
    resources = compiled(SERVER + volumes).template.resources
    called = {
        name: next(tag["Value"] for tag in one["Properties"]["Tags"] if tag["Key"] == "Name")
        for name, one in resources.items()
        if "Tags" in one["Properties"]
    }
    assert called == {"Web01Prod": "web-01.prod", "Web01ProdVolumeSdf": "web-01.prod /dev/sdf"}
    unnamed = SERVER.replace("        vmServer: {vmName: web-01.prod}\n", "")
    (server,) = compiled(unnamed).template.resources.values()
    assert {"Key": "Name", "Value": "s-12345678"} in server["Properties"]["Tags"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("metadataOptions: {httpTokens: optional}", {"MetadataOptions": {"HttpTokens": "optional"}}),
        ("monitoring: false", {"Monitoring": False}),
        ("ebsOptimized: false", {"EbsOptimized": False}),
        ("volumes: []", {"BlockDeviceMappings": None}),
        ("ec2KeyName: ops", {"KeyName": "ops"}),
        ("tenancy: dedicated", {"Tenancy": "dedicated"}),
        ("availabilityZone: eu-central-1a", {"AvailabilityZone": "eu-central-1a"}),
        ("privateIpAddress: 10.0.0.4", {"PrivateIpAddress": "10.0.0.4", "NetworkInterfaces": None}),
        ("iamInstanceProfileName: web", {"IamInstanceProfile": "web"}),
        ("createInstanceProfile: true", {"IamInstanceProfile": {"Ref": "InstanceProfile"}}),
        ("stateful: true", {"DisableApiTermination": True}),
        ("userData: {inline: 'echo $X'}", {"UserData": {"Fn::Base64": "echo $X"}}),
    ],
)
def test_each_default_can_be_overridden(more: str, expected: dict[str, Any]) -> None:
    made = properties(more)
    for name, value in expected.items():
        found = made.get(name)
        assert (found or {}).items() >= value.items() if isinstance(value, dict) else found == value


@pytest.mark.parametrize("asked", [True, False])
def test_a_public_address_asked_for_or_refused_moves_the_network_into_an_interface(asked: bool) -> None:
    made = properties(f"associatePublicIpAddress: {str(asked).lower()}\nprivateIpAddress: 10.0.0.4")
    assert made["NetworkInterfaces"] == [
        {
            "DeviceIndex": "0",
            "AssociatePublicIpAddress": asked,
            "SubnetId": "subnet-0123456789abcdef0",
            "GroupSet": ["sg-0123456789abcdef0"],
            "PrivateIpAddress": "10.0.0.4",
        }
    ]
    assert not {"SubnetId", "SecurityGroupIds", "PrivateIpAddress"} & set(made)


def test_stateful_outlives_the_stack_and_its_disks_outlive_it() -> None:
    made = server("stateful: true")
    assert (made["DeletionPolicy"], made["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert made["Properties"]["BlockDeviceMappings"][0]["Ebs"]["DeleteOnTermination"] is False


def test_old_instance_families_that_refuse_ebs_optimization_are_left_alone() -> None:
    assert (
        "EbsOptimized"
        not in compiled(SERVER.replace("m6i.large", "t2.micro")).template.resources["Web01Prod"]["Properties"]
    )


def test_a_retained_volume_is_a_resource_with_a_snapshot_policy() -> None:
    text = SERVER + "          volumes: [{device: /dev/sdf, size: 100, retain: true}]\n"
    resources = compiled(text).template.resources
    volume = resources["Web01ProdVolumeSdf"]
    assert (volume["DeletionPolicy"], volume["UpdateReplacePolicy"]) == ("Snapshot", "Snapshot")
    assert volume["Properties"]["AvailabilityZone"] == {"Fn::GetAtt": ["Web01Prod", "AvailabilityZone"]}
    assert volume["Properties"]["Encrypted"] is True
    assert resources["Web01ProdVolumeSdfAttachment"]["Properties"]["InstanceId"] == {"Ref": "Web01Prod"}
    devices = [one["DeviceName"] for one in resources["Web01Prod"]["Properties"]["BlockDeviceMappings"]]
    assert devices == ["/dev/sda1"]


def test_what_the_file_leaves_out_becomes_a_typed_parameter_that_servers_share() -> None:
    text = """
name: wiki
serverGroups:
  - name: web tier
    serverList:
      - {serverId: s-00000001, vmServer: {vmName: a}}
      - {serverId: s-00000002, vmServer: {vmName: b}, imageId: "ssm:/images/web"}
"""
    made = compiled(text)
    kinds = {name: declared["Type"] for name, declared in made.template.parameters.items()}
    assert kinds == {
        "SecurityGroupIds": "List<AWS::EC2::SecurityGroup::Id>",
        "SubnetId": "AWS::EC2::Subnet::Id",
        "WebTierInstanceType": "String",
        "AImageId": "AWS::EC2::Image::Id",
        "ImagesWebImageId": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
    }
    assert all(declared["Description"] for declared in made.template.parameters.values())
    groups = made.template.body["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert [name for group in groups for name in group["Parameters"]] == list(kinds)
    assert made.values["ImagesWebImageId"] == "/images/web"
    assert made.values["SubnetId"] == ""


WEAKENED = [
    ("metadataOptions: {httpTokens: optional}", "EC2.8"),
    ("metadataOptions: {httpPutResponseHopLimit: 2}", "EC2.8_HOPS"),
    ("volumes: []", "EC2.3"),
    ("volumes: [{device: /dev/sda1, encrypted: false}]", "EC2.3"),
    ("associatePublicIpAddress: true", "EC2.9"),
    ("createInstanceProfile: false", "SSM.1"),
    ("monitoring: false", "NO_MONITORING"),
    ("configureScript: {bucket: sms-app-x, key: y}", "NO_INSTANCE_PROFILE"),
]


@pytest.mark.parametrize(
    "more",
    [
        "metadataOptions: {httpPutResponseHopLimit: 1}",
        "metadataOptions: {httpTokens: required}",
        "volumes: [{device: /dev/sda1, encrypted: true}, {device: /dev/sdf, size: 8}]",
        "associatePublicIpAddress: false",
        "createInstanceProfile: false\niamInstanceProfileName: web",
        "monitoring: true",
        "configureScript: {bucket: sms-app-x, key: y}\niamInstanceProfileName: web",
        "configureScript: {bucket: sms-app-x, key: y}\ncreateInstanceProfile: true",
        "userData: {inline: '#cloud-config'}",
        "userData: {inline: '  #!/bin/sh'}\nreadiness: {timeout: PT5M}",
        "platform: windows\nuserData: {inline: Get-Date}\nreadiness: {timeout: PT5M}",
    ],
)
def test_what_is_not_weakened_is_not_named(more: str) -> None:
    text = SERVER + "".join(f"          {line}\n" for line in more.splitlines())
    assert compiled(text).diagnostics == ()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ("userData: {s3Location: {bucket: sms-app-x, key: y}}", "userData"),
        ("configureScript: {bucket: sms-app-x, key: y}", "configureScript"),
        (
            "userData: {inline: '#!/bin/sh'}\nconfigureScript: {bucket: sms-app-x, key: y}",
            "configureScript",
        ),
    ],
)
def test_a_script_that_cannot_be_fetched_is_named_at_its_place(more: str, field: str) -> None:
    text = SERVER + "".join(f"          {line}\n" for line in more.splitlines())
    (found,) = compiled(text).diagnostics
    assert (found.code, found.path[-1]) == ("NO_INSTANCE_PROFILE", field)


@pytest.mark.parametrize(("more", "code"), WEAKENED)
def test_what_was_weakened_is_named_at_its_place(more: str, code: str) -> None:
    loaded = load((SERVER + f"          {more}\n").encode(), "app.yaml")
    (found,) = loaded.source.place(compile_app(loaded.app).diagnostics)
    assert found.code == code
    assert found.severity.value == "warning"
    assert found.location is not None
    assert found.location.line == SERVER.count("\n") + 1


def test_nothing_is_weakened_by_default() -> None:
    assert compiled(SERVER).diagnostics == ()


def test_a_weakness_of_the_defaults_is_named_where_it_was_said_and_once() -> None:
    text = SERVER.replace("serverGroups:", "launchDefaults: {monitoring: false}\nserverGroups:")
    (found,) = compiled(text).diagnostics
    assert found.path == ("launchDefaults", "monitoring")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("userData: {inline: '#cloud-config'}\nreadiness: {timeout: PT5M}", "USER_DATA_NOT_A_SCRIPT"),
        (
            "platform: windows\nreadiness: {timeout: PT5M}\nuserData: {inline: <script>dir</script>}",
            "USER_DATA_NOT_A_SCRIPT",
        ),
        ("userData: {file: long.sh}", "USER_DATA_TOO_LONG"),
        ("userData: {file: long.sh}\nreadiness: {timeout: PT5M}", "USER_DATA_TOO_LONG"),
    ],
)
def test_user_data_that_cannot_work_is_refused(more: str, code: str) -> None:
    text = SERVER + "".join(f"          {line}\n" for line in more.splitlines())
    with pytest.raises(InvalidInput) as refused:
        compiled(text, scripts={"long.sh": b"#!/bin/sh\n" + b"#" * 16_384})
    assert [found.code for found in refused.value.diagnostics] == [code]


TAKEN = [
    ("SubnetId", "{serverId: s-00000002}"),
    ("InstanceProfile", "{serverId: s-00000002}"),
    ("LaunchOrder0Complete", "{serverId: s-00000002}"),
    (
        "DbHandle",
        "{serverId: s-00000002, launch: {logicalId: Db, readiness: {signal: waitCondition, timeout: PT5M}}}",
    ),
]


@pytest.mark.parametrize(("name", "other"), TAKEN)
def test_a_name_that_smsgen_needs_is_refused_at_its_place(name: str, other: str) -> None:
    first = f"{{serverId: s-00000001, launch: {{logicalId: {name}}}}}"
    with pytest.raises(InvalidInput) as refused:
        compiled(f"name: a\nserverGroups: [{{launchOrder: 0, serverList: [{first}, {other}]}}]")
    places = [found.path[:4] for found in refused.value.diagnostics]
    assert {found.code for found in refused.value.diagnostics} == {"LOGICAL_ID_TAKEN"}
    assert places[0] == ("serverGroups", 0, "serverList", 0)
    assert len(places) == (2 if "Handle" in name else 1)  # both, where both are servers'


def test_what_two_servers_would_be_called_is_said_with_all_else_that_is_wrong() -> None:
    """Names of a server's companions too, though nothing is compiled yet."""
    volume = "launch: {volumes: [{device: /dev/sdf, size: 8, retain: true}]}"
    servers = (
        f"{{serverId: s-00000001, vmServer: {{vmName: app-01}}, {volume}}}",
        "{serverId: s-00000002, vmServer: {vmName: App01VolumeSdf}}",
        "{serverId: s-00000003, vmServer: {vmName: instance role}}",
        "{serverId: s-00000004, vmServer: {vmName: web 1}}",
        "{serverId: s-00000005, vmServer: {vmName: web-1}}",
        "{serverId: s-00000006, vmServer: {vmName: subnet-id}}",
    )
    text = f"name: a\nserverGroups: [{{serverList: [{', '.join(servers)}]}}]"
    with pytest.raises(InvalidInput) as in_file:
        generate_template("app.yaml", files=DiskFiles(), text=text.encode())
    with pytest.raises(InvalidInput) as in_store:
        generate_from(read_app(text.encode(), "app.yaml").app)
    found = [(one.code, one.path[3]) for one in in_file.value.diagnostics]
    assert sorted(found) == sorted((one.code, one.path[3]) for one in in_store.value.diagnostics)
    assert sorted(found) == [
        ("LOGICAL_ID_COLLISION", 3),
        ("LOGICAL_ID_COLLISION", 4),
        *(("LOGICAL_ID_TAKEN", at) for at in (0, 1, 2, 5)),
    ]


def test_more_tags_than_ec2_takes_are_refused() -> None:
    own = ", ".join(f"{{key: k{number}}}" for number in range(46))
    with pytest.raises(InvalidInput, match="would have 52 tags"):
        compiled(SERVER + f"          tags: [{own}]\n")


def test_user_data_of_exactly_the_limit_is_taken() -> None:
    script = b"#!/bin/sh\n".ljust(16_384, b"#")
    made = compiled(SERVER + "          userData: {file: s.sh}\n", scripts={"s.sh": script})
    assert made.template.resources["Web01Prod"]["Properties"]["UserData"] == {"Fn::Base64": script.decode()}


def test_the_created_profile_may_do_what_the_boot_scripts_need_and_no_more() -> None:
    more = """\
          createInstanceProfile: true
          readiness: {timeout: PT5M}
          configureScript: {bucket: sms-app-x, key: conf.sh}
"""
    role = compiled(SERVER + more).template.resources["InstanceRole"]["Properties"]
    assert role["ManagedPolicyArns"] == [
        {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"}
    ]
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert {statement["Action"]: statement["Resource"] for statement in statements} == {
        "s3:GetObject": [{"Fn::Sub": "arn:${AWS::Partition}:s3:::sms-app-x/conf.sh"}],
        "cloudformation:SignalResource": {"Ref": "AWS::StackId"},
    }


def test_a_template_says_what_it_is_for() -> None:
    assert compiled(SERVER).template.body["Description"] == "Servers of shop, in launch order"
    described = SERVER.replace("name: shop", "name: shop\ndescription: The shop's servers")
    assert compiled(described).template.body["Description"] == "The shop's servers"


@pytest.mark.parametrize(("timeout", "seconds"), [("", 900), (", timeout: PT1H2M3S", 3_723)])
def test_a_server_is_ready_when_it_has_signalled_once_in_time(timeout: str, seconds: int) -> None:
    more = f"          readiness: {{signal: waitCondition{timeout}}}\n"
    resources = compiled(SERVER + more).template.resources
    (condition,) = (one for one in resources.values() if one["Type"] == "AWS::CloudFormation::WaitCondition")
    (handle,) = (
        name for name, one in resources.items() if one["Type"] == "AWS::CloudFormation::WaitConditionHandle"
    )
    assert condition["Properties"] == {"Count": 1, "Handle": {"Ref": handle}, "Timeout": str(seconds)}
    assert condition["DependsOn"] == ["Web01Prod"]
