"""What a file may not say though every field of it is well formed: one function a rule, all of them in RULES.

A rule looks at one `AppView` and adds what is wrong to the problems. Rules see only what the file says: what
follows from joining a server's own words with the defaults is checked where they are joined, in the compiler.
"""

from collections.abc import Iterator
from typing import Any

from smsgen.errors import Path, Severity
from smsgen.model.app import App, Server, ServerGroup, Tag
from smsgen.model.launch import Launch, S3Location
from smsgen.model.launching.network_rules import NETWORK_RULES, private_addresses
from smsgen.model.name_rules import (
    group_ids_differ,
    group_names_differ,
    logical_ids_differ,
    refuse_twice,
    server_ids_differ,
    servers_are_named,
    vm_ids_differ,
)
from smsgen.model.problems import Problems
from smsgen.model.view import AppView, LaunchPlace, Rule
from smsgen.model.volumes import volume_problems

SMS_MAX_GROUPS = 10
SMS_MAX_SERVERS = 50
"""SMS User Guide, "Server Migration Service limits": groups and servers of one application."""

SMS_PREFIX = "sms-app-"
"""SMS User Guide: its roles reached only stacks and script buckets whose names begin so."""


# --- What belongs to one server -----------------------------------------------------------------------------


def defaults_name_nobody(view: AppView, problems: Problems) -> None:
    """Refuse as a default for several servers what belongs to one."""
    for path, launch, servers in view.launches:
        if servers < 2:
            continue
        for name, value in (
            ("logicalId", launch.logical_id),
            ("privateIpAddress", launch.private_ip_address),
        ):
            if value is not None:
                message = f"{name} is a default here for {servers:,} servers, and only one can have it"
                problems.add("NOT_A_DEFAULT", (*path, name), message, "move it under the server's own launch")


def addresses_differ(view: AppView, problems: Problems) -> None:
    """No private address twice in a subnet."""
    addresses = (
        ((*path, "launch", *at), (address, subnet or _subnet(view.app, group, server)))
        for path, group, server in view.servers
        for at, address, subnet in private_addresses(server.launch)
    )
    refuse_twice("DUPLICATE_ADDRESS", "privateIpAddress", addresses, problems)


def _subnet(app: App, group: ServerGroup, server: Server) -> str | None:
    return server.launch.subnet or group.launch_defaults.subnet or app.launch_defaults.subnet


# --- Order --------------------------------------------------------------------------------------------------


def groups_are_ordered(view: AppView, problems: Problems) -> None:
    """Every group has a launch order where there are several; one without servers is none to order."""
    groups = [(path, group) for path, group in view.groups if group.server_list]
    for path, group in groups if len(groups) > 1 else ():
        if group.launch_order is None:
            which = f"the server group {group.name!r}" if group.name else "this server group"
            message = f"{which} needs launchOrder, as there are several groups"
            hint = "0 launches first; groups of the same number launch together"
            problems.add("MISSING_FIELD", path, message, hint)


# --- Tags ---------------------------------------------------------------------------------------------------


def tag_keys_differ(view: AppView, problems: Problems) -> None:
    """No tag key twice in one list."""
    lists: list[tuple[Path, tuple[Tag, ...]]] = [(("tags",), view.app.tags)]
    lists += [
        (("targetGroups", index, "tags"), _tags(group.tags or ()))
        for index, group in enumerate(view.app.target_groups)
    ]
    lists += [
        ((*path, *at, "tags"), _tags(tags))
        for path, launch, _ in view.launches
        for at, tags in _tag_lists(launch)
    ]
    for path, tags in lists:
        if len(tags) > 1:
            keys = (((*path, index, "key"), tag.key) for index, tag in enumerate(tags))
            refuse_twice("DUPLICATE_TAG", "the tag key", keys, problems, "keep one of the two")


def _tag_lists(launch: Launch) -> Iterator[tuple[Path, tuple[tuple[str, str], ...]]]:
    yield (), launch.tags or ()
    lists: tuple[tuple[str, Any], ...] = (
        ("volumes", launch.volumes),
        ("networkInterfaces", launch.network_interfaces),
        ("elasticIpAddresses", launch.elastic_ip_addresses),
    )
    for name, entries in lists:
        yield from (((name, index), entry.tags or ()) for index, entry in enumerate(entries or ()))


def _tags(pairs: tuple[tuple[str, str], ...]) -> tuple[Tag, ...]:
    return tuple(Tag(*tag) for tag in pairs)


def accepted_once(view: AppView, problems: Problems) -> None:
    """No code accepted twice: one of the reasons would not be told."""
    codes = ((("accept", index, "code"), accepted.code) for index, accepted in enumerate(view.app.accept))
    refuse_twice("ACCEPTED_TWICE", "the accepted code", codes, problems, "keep one reason")


# --- Fields of one launch configuration that contradict each other ------------------------------------------


def security_groups_are_said_once(view: AppView, problems: Problems) -> None:
    """`securityGroup` or `securityGroups`, not both in one place."""
    for path, launch, _ in view.launches:
        if launch.security_group is not None and launch.security_groups is not None:
            _conflict(
                problems,
                (*path, "securityGroup"),
                "securityGroup and securityGroups",
                "put all in securityGroups",
            )


def profile_is_named_or_made(view: AppView, problems: Problems) -> None:
    """Refuse an instance profile that is both named and made in one place."""
    for path, launch, _ in view.launches:
        if launch.iam_instance_profile_name is not None and launch.create_instance_profile:
            both = "iamInstanceProfileName and createInstanceProfile"
            _conflict(problems, (*path, "createInstanceProfile"), both, "keep the name, or let one be made")


def script_fits_platform(view: AppView, problems: Problems) -> None:
    """PowerShell runs on Windows, a shell script on Linux, where one place says both."""
    languages = {"linux": "SHELL_SCRIPT", "windows": "POWERSHELL_SCRIPT"}
    for path, launch, _ in view.launches:
        wanted = languages.get(launch.platform or "")
        if wanted and launch.configure_script_type and launch.configure_script_type != wanted:
            both = f"configureScriptType {launch.configure_script_type} and platform {launch.platform}"
            _conflict(
                problems, (*path, "configureScriptType"), both, f"a {launch.platform} server runs {wanted}"
            )


def metadata_options_agree(view: AppView, problems: Problems) -> None:
    """Tags are not served by a metadata service that is switched off."""
    for path, launch, _ in view.launches:
        options = launch.metadata_options
        if options and options.http_endpoint == "disabled" and options.instance_metadata_tags == "enabled":
            at = (*path, "metadataOptions", "instanceMetadataTags")
            _conflict(
                problems,
                at,
                "instanceMetadataTags enabled and httpEndpoint disabled",
                "switch the endpoint on",
            )


def _conflict(problems: Problems, path: Path, both: str, hint: str) -> None:
    problems.add("CONFLICT", path, f"{both} contradict each other", hint, at_key=True)


def readiness_is_bounded(view: AppView, problems: Problems) -> None:
    """Refuse a timeout of nothing or above twelve hours (CloudFormation: CreationPolicy, WaitCondition)."""
    for path, launch, _ in view.launches:
        if launch.readiness is not None:
            length = seconds(launch.readiness.timeout)
            if length is not None and not 1 <= length <= 43_200:
                message = f"the timeout {launch.readiness.timeout} is not between one second and twelve hours"
                problems.add("OUT_OF_RANGE", (*path, "readiness", "timeout"), message, "PT15M is 15 minutes")


def seconds(duration: str) -> int | None:
    """Return the seconds of an ISO 8601 duration of hours, minutes and seconds (PT1H30M), or None."""
    import re

    parts = re.fullmatch(r"PT(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?", duration[:32])
    if parts is None:
        return None
    hours, minutes, rest = (int(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + rest


def volumes_can_exist(view: AppView, problems: Problems) -> None:
    """Every volume is one that EBS makes, and no device is there twice: `sdf` is `/dev/sdf`."""
    for path, launch, _ in view.launches:
        if launch.volumes:
            at = (*path, "volumes")
            devices = (
                ((*at, index, "device"), volume.device.removeprefix("/dev/"))
                for index, volume in enumerate(launch.volumes)
            )
            refuse_twice("DUPLICATE_DEVICE", "the device", devices, problems)
            for index, volume in enumerate(launch.volumes):
                volume_problems(volume, (*at, index), problems)


# --- What SMS itself could do -------------------------------------------------------------------------------


def sms_limits_hold(view: AppView, problems: Problems) -> None:
    """SMS took 10 groups and 50 servers; more is a warning, in profile `sms` an error."""
    for what, count, most in (
        ("server groups", len(view.groups), SMS_MAX_GROUPS),
        ("servers", len(view.servers), SMS_MAX_SERVERS),
    ):
        if count > most:
            _sms(
                view,
                problems,
                "SMS_LIMIT",
                ("serverGroups",),
                f"{count:,} {what} are more than the {most} that SMS took",
            )


def sms_reaches_buckets(view: AppView, problems: Problems) -> None:
    """SMS's roles read scripts only from buckets `sms-app-*`; each other bucket is named once."""
    named = set()
    for path, location in _scripts(view):
        if location.bucket and not location.bucket.startswith(SMS_PREFIX) and location.bucket not in named:
            named.add(location.bucket)
            message = f"SMS read scripts only from buckets whose names begin with {SMS_PREFIX}"
            _sms(view, problems, "SMS_BUCKET", (*path, "bucket"), message)


def _scripts(view: AppView) -> Iterator[tuple[Path, S3Location]]:
    for path, launch, _ in view.launches:
        if launch.user_data and launch.user_data.s3_location:
            yield (*path, "userData", "s3Location"), launch.user_data.s3_location
        if launch.configure_script:
            yield (*path, "configureScript"), launch.configure_script


def _sms(view: AppView, problems: Problems, code: str, path: Path, message: str) -> None:
    if view.app.profile == "sms":
        problems.add(code, path, message, "profile `hardened` takes it")
    else:
        hint = f"nothing to do in profile {view.app.profile or 'hardened'}; profile `sms` refuses it"
        problems.add(code, path, message, hint, severity=Severity.WARNING)


def sms_allows_it(view: AppView, problems: Problems) -> None:
    """Profile `sms` holds only what SMS's launch role could make: instances, of images given by id."""
    if view.app.profile != "sms":
        return
    faults = [fault for place in view.launches for fault in _beyond_instances(place)]
    faults += [
        (
            (*path, "imageId"),
            "an image in an SSM parameter needs ssm:GetParameters, which SMS's launch role lacked",
        )
        for path, _, server in view.servers
        if server.image_id.startswith("ssm:")
    ]
    if view.app.stack_name and not view.app.stack_name.startswith(SMS_PREFIX):
        faults.append(
            (("stackName",), f"SMS's roles reached only stacks whose names begin with {SMS_PREFIX}")
        )
    for path, message in faults:
        problems.add("SMS_PROFILE", path, message, "leave it out, or use profile `hardened`")


def _beyond_instances(place: LaunchPlace) -> Iterator[tuple[Path, str]]:
    path, launch, _ = place
    only = "SMS's roles allowed no resource but AWS::EC2::Instance"
    for index, volume in enumerate(launch.volumes or ()):
        if volume.retain:
            yield (
                (*path, "volumes", index, "retain"),
                f"a retained volume is a resource of its own, and {only}",
            )
        if volume.volume_id:
            yield (*path, "volumes", index, "volumeId"), f"an attachment is a resource, and {only}"
    for index, interface in enumerate(launch.network_interfaces or ()):
        if interface.device_index != 0:
            yield (
                (*path, "networkInterfaces", index),
                f"an interface beside the first is a resource, and {only}",
            )
    for name, value in (
        ("recordSets", launch.record_sets),
        ("targetGroups", launch.target_groups),
        ("recoveryAlarm", launch.recovery_alarm),
        ("ssmAssociations", launch.ssm_associations),
    ):
        if value is not None:
            yield (*path, name), f"what {name} makes are resources of their own, and {only}"
    if launch.elastic_ip_addresses:
        yield (*path, "elasticIpAddresses"), f"an elastic address is a resource, and {only}"
    if launch.create_launch_template:
        yield (*path, "createLaunchTemplate"), f"a launch template is a resource, and {only}"
    if launch.create_instance_profile:
        yield (*path, "createInstanceProfile"), f"an instance profile and its role are resources, and {only}"
    if launch.readiness and launch.readiness.signal == "waitCondition":
        yield (*path, "readiness", "signal"), f"a wait condition is a resource, and {only}"


RULES: tuple[Rule, ...] = (
    server_ids_differ,
    vm_ids_differ,
    logical_ids_differ,
    group_names_differ,
    group_ids_differ,
    servers_are_named,
    defaults_name_nobody,
    addresses_differ,
    groups_are_ordered,
    tag_keys_differ,
    accepted_once,
    security_groups_are_said_once,
    profile_is_named_or_made,
    script_fits_platform,
    metadata_options_agree,
    readiness_is_bounded,
    volumes_can_exist,
    *NETWORK_RULES,
    sms_limits_hold,
    sms_reaches_buckets,
    sms_allows_it,
)
"""Every rule. The order does not show: problems are reported in the order of the file."""
