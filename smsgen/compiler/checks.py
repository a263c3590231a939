"""What only shows once launch configurations are joined: one function a rule, all of them in RULES.

A rule looks at one server. Errors stop the compilation; warnings name what the file weakened, with the id of the
control in AWS Security Hub ("AWS Foundational Security Best Practices") that will find it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from smsgen.compiler import companion_checks, hardware_checks, network_checks, scripts
from smsgen.compiler.collisions import taken_early
from smsgen.compiler.identity import scripts_in_s3
from smsgen.compiler.resolve import ResolvedServer, resolve
from smsgen.compiler.servers.devices import apart, is_made
from smsgen.compiler.servers.tags import own_tags, server_tags
from smsgen.errors import Diagnostic, Path, Severity
from smsgen.model.app import App
from smsgen.model.launch_fields import MAX_USER_DATA
from smsgen.model.launching.tag_fields import MAX_TAGS

Rule = Callable[[ResolvedServer, App], Iterator[Diagnostic]]


def check_servers(servers: Iterable[ResolvedServer], app: App) -> list[Diagnostic]:
    """Return what the rules find in the servers: one finding for each place, which names all it is true of."""
    places: dict[tuple[str, Path], tuple[Diagnostic, list[str]]] = {}
    for server in servers:
        for rule in RULES:
            for diagnostic in rule(server, app):
                _, others = places.setdefault((diagnostic.code, diagnostic.path), (diagnostic, []))
                others.append(server.title)
    return [_of_all(first, titles[1:]) for first, titles in places.values()]


_MOST_NAMED = 5


def _of_all(first: Diagnostic, others: list[str]) -> Diagnostic:
    """Return a finding of one server as that of others, too: a default speaks for all of them."""
    if not others:
        return first
    more = f" and {len(others) - _MOST_NAMED:,} more" if len(others) > _MOST_NAMED else ""
    message = f"{first.message}; the same holds for {', '.join(others[:_MOST_NAMED])}{more}"
    return first._replace(message=message)


def check_early(app: App, script_files: Mapping[str, bytes]) -> list[Diagnostic]:
    """Return the errors that hold of an application whatever else is wrong with it, so that all are said at once.

    `script_files`: name in `userData.file` -> its bytes.
    """
    servers = resolve(app)
    diagnostics = {(taken.code, taken.path): taken for taken in taken_early(servers)}
    for server in servers:
        script = scripts.boot_script(server, "Server", script_files)
        for diagnostic in (*tags_are_few(server, app), *check_user_data(server, script)):
            diagnostics[diagnostic.code, diagnostic.path] = diagnostic
    return list(diagnostics.values())


def check_user_data(server: ResolvedServer, script: scripts.BootScript | None) -> Iterator[Diagnostic]:
    """Find user data over EC2's limit, once it is composed."""
    if script is not None and script.size > MAX_USER_DATA:
        message = (
            f"the user data of {server.title} takes {script.size:,} bytes, and EC2 takes {MAX_USER_DATA:,}"
        )
        hint = "put the script in S3, under userData.s3Location, or generate with --upload-scripts"
        yield Diagnostic("USER_DATA_TOO_LONG", message, hint, path=server.path_of("user_data"))


def script_is_a_script(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Refuse a user's text that is no script where the boot script does more than run it."""
    text = scripts.text_of(server, {})
    encoded = server.launch.user_data is not None and server.launch.user_data.base64 is not None
    if not scripts.is_composed(server) or not (text or encoded):
        return
    if encoded or text is None:
        message = (
            f"the user data of {server.title} is in Base64, so readiness and configureScript cannot run it"
        )
        hint = "give the script as text, or leave readiness and configureScript out"
        yield Diagnostic("USER_DATA_NOT_A_SCRIPT", message, hint, path=server.path_of("user_data"))
        return
    first = text.lstrip()[:64]
    windows = scripts.is_windows(server)
    if windows and first.startswith("<script>"):
        kind = "a <script> (batch) block"
    elif not windows and not first.startswith("#!"):
        kind = "no script: its first line does not begin with #!"
    else:
        return
    message = f"the user data of {server.title} is {kind}, so readiness and configureScript cannot run it"
    hint = (
        "write PowerShell"
        if windows
        else "begin it with #!/bin/bash, or leave readiness and configureScript out"
    )
    yield Diagnostic("USER_DATA_NOT_A_SCRIPT", message, hint, path=server.path_of("user_data"))


def scripts_can_be_fetched(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Warn where a server is to read an object of S3 and has no instance profile."""
    if (
        scripts_in_s3(server)
        and not server.launch.iam_instance_profile_name
        and not server.launch.create_instance_profile
    ):
        field = (
            "user_data"
            if server.launch.user_data and server.launch.user_data.s3_location
            else "configure_script"
        )
        message = f"{server.title} fetches a script from S3 but has no instance profile that lets it"
        hint = "name one with iamInstanceProfileName, or let smsgen make one with createInstanceProfile: true"
        yield _warning("NO_INSTANCE_PROFILE", message, hint, server, field)


def tags_are_few(server: ResolvedServer, app: App) -> Iterator[Diagnostic]:
    """EC2 takes 50 tags a resource (EC2 user guide, "Tag restrictions"), those that smsgen adds among them."""
    counts = {("tags", server.title): len(server_tags(server, app, server.title))}
    for field, name, tags in _tagged(server):
        counts[field, name] = len(own_tags(server, app, name, tags))
    for (field, name), count in counts.items():
        if count > MAX_TAGS:
            message = f"{name} would have {count} tags with the application's and smsgen's own; EC2 takes {MAX_TAGS}"
            yield Diagnostic("TOO_MANY_TAGS", message, "remove some", path=server.path_of(field))


def _tagged(server: ResolvedServer) -> Iterator[tuple[str, str, tuple[tuple[str, str], ...] | None]]:
    """Yield what has tags beside the instance: launch field, name, tags of its own."""
    for volume in apart(server):
        yield "volumes", f"{server.title} {volume.device}", volume.tags
    for interface in server.launch.network_interfaces or ():
        yield "network_interfaces", f"{server.title} interface {interface.device_index}", interface.tags
    for address in server.launch.elastic_ip_addresses or ():
        yield "elastic_ip_addresses", f"an elastic address of {server.title}", address.tags


def imdsv2_is_required(server: ResolvedServer, app: App) -> Iterator[Diagnostic]:
    """Security Hub EC2.8."""
    options = server.launch.metadata_options
    weakened = options is not None and options.http_tokens == "optional"
    unsaid = app.profile != "hardened" and (options is None or options.http_tokens is None)
    if weakened or unsaid:
        message = (
            f"EC2.8: {server.title} answers IMDSv1 requests,"
            " which leak credentials through a proxy or an SSRF hole"
        )
        yield _warning(
            "EC2.8", message, "set metadataOptions.httpTokens: required", server, "metadata_options"
        )


def volumes_are_encrypted(server: ResolvedServer, app: App) -> Iterator[Diagnostic]:
    """Security Hub EC2.3."""
    volumes = server.launch.volumes and tuple(filter(is_made, server.launch.volumes))
    plain = [volume.device for volume in volumes or () if volume.encrypted is False]
    if app.profile != "hardened":
        plain = [volume.device for volume in volumes or () if not volume.encrypted] or ["the root volume"]
    elif server.launch.volumes == ():
        plain = ["the root volume (volumes: [] leaves it as the image has it)"]
    if plain:
        message = f"EC2.3: not encrypted by the template on {server.title}: {', '.join(plain)}"
        yield _warning("EC2.3", message, "set encrypted: true, or encrypt the image", server, "volumes")


def no_public_address(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Security Hub EC2.9."""
    if server.launch.associate_public_ip_address:
        message = f"EC2.9: {server.title} gets a public IPv4 address"
        hint = "leave associatePublicIpAddress out and reach it through a load balancer or Session Manager"
        yield _warning("EC2.9", message, hint, server, "associate_public_ip_address")


def is_managed(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Security Hub SSM.1."""
    launch = server.launch
    refused = launch.create_instance_profile is False
    managed = launch.iam_instance_profile_name or launch.create_instance_profile
    if (refused or launch.ssm_associations) and not managed:
        message = f"SSM.1: {server.title} has no instance profile, so Systems Manager cannot manage it"
        yield _warning(
            "SSM.1",
            message,
            "name one, or set createInstanceProfile: true",
            server,
            "create_instance_profile",
        )


def hop_limit_is_one(server: ResolvedServer, app: App) -> Iterator[Diagnostic]:
    """Security Hub EC2.170 asks IMDSv2 of launch templates; a longer way to it reaches into containers."""
    options = server.launch.metadata_options
    limit = options.http_put_response_hop_limit if options else None
    if app.profile == "hardened" and limit is not None and limit > 1:
        message = (
            f"EC2.8: the metadata service of {server.title} answers over {limit} hops, so containers reach it"
        )
        yield _warning(
            "EC2.8_HOPS", message, "leave httpPutResponseHopLimit at 1", server, "metadata_options"
        )


def is_monitored(server: ResolvedServer, app: App) -> Iterator[Diagnostic]:
    """AWS Config rule ec2-instance-detailed-monitoring-enabled; Security Hub has no control of its own."""
    if app.profile == "hardened" and server.launch.monitoring is False:
        message = f"detailed monitoring is switched off on {server.title}"
        yield _warning("NO_MONITORING", message, "leave monitoring out", server, "monitoring")


RULES: tuple[Rule, ...] = (
    tags_are_few,
    script_is_a_script,
    scripts_can_be_fetched,
    imdsv2_is_required,
    hop_limit_is_one,
    volumes_are_encrypted,
    no_public_address,
    is_managed,
    is_monitored,
    *hardware_checks.RULES,
    *network_checks.RULES,
    *companion_checks.RULES,
)


def _warning(code: str, message: str, hint: str, server: ResolvedServer, field: str) -> Diagnostic:
    return Diagnostic(code, message, hint, Severity.WARNING, path=server.path_of(field))
