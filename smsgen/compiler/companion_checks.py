"""What does not fit together of a server and what it has beside itself, once launch configurations are joined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.servers.operations import association_names
from smsgen.compiler.servers.records import TARGETS, record_names, target_of
from smsgen.errors import Diagnostic
from smsgen.model.app import App

DOMAIN_JOIN = "AWS-JoinDirectoryServiceDomain"
_NEEDED = ("directoryId", "directoryName")
"""AWS Systems Manager, document AWS-JoinDirectoryServiceDomain: its required parameters."""


def records_lead_somewhere(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Refuse a record of a type that cannot lead to its target, and one whose target is not known."""
    launch = server.launch
    for record in launch.record_sets or ():
        target = target_of(record)
        made = any(not one.allocation_id for one in launch.elastic_ip_addresses or ())
        if target not in TARGETS.get(record.type, ()):
            hint = f"{record.type} leads to {' or '.join(TARGETS.get(record.type, ()))}"
            yield _refusal(
                f"the record {record.name} of type {record.type} and target {target}", hint, server
            )
        elif target == "elasticIp" and not made:
            hint = "let elasticIpAddresses make one; of one that is there already, nothing tells the address"
            yield _refusal(
                f"the record {record.name} and the elastic addresses of {server.title}", hint, server
            )
        elif target == "ipv6Address" and not launch.ipv6_addresses:
            hint = "name one under ipv6Addresses"
            yield _refusal(f"the record {record.name} and the IPv6 addresses of {server.title}", hint, server)
        if (record.weight is not None or record.multi_value_answer) and not record.set_identifier:
            hint = "say setIdentifier, which tells the records of one name apart"
            yield _refusal(f"weight or multiValueAnswer and no setIdentifier of {record.name}", hint, server)


def nothing_is_made_twice(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Refuse a record or an association that stands twice in one list."""
    for field, names in (
        ("record_sets", record_names(server, "")),
        ("ssm_associations", association_names(server, "")),
    ):
        if any(count > 1 for count in Counter(names).values()):
            hint = "remove one, or tell them apart: by setIdentifier, or by associationName"
            message = f"{server.title} is to have the same thing twice"
            yield Diagnostic("DUPLICATE_ENTRY", message, hint, path=server.path_of(field))


def domain_is_named(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Refuse a domain join that does not say which domain."""
    for association in server.launch.ssm_associations or ():
        keys = {one.key for one in association.association_parameters or ()}
        missing = [key for key in _NEEDED if key not in keys]
        if association.document_name == DOMAIN_JOIN and missing:
            message = f"{DOMAIN_JOIN} on {server.title} needs {' and '.join(missing)}"
            hint = "add them under associationParameters: {key: directoryId, value: [d-0123456789]}"
            yield Diagnostic("MISSING_FIELD", message, hint, path=server.path_of("ssm_associations"))


def policies_have_a_profile(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Refuse policies for a profile that smsgen does not make."""
    launch = server.launch
    if launch.managed_policy_arns and (
        not launch.create_instance_profile or launch.iam_instance_profile_name
    ):
        message = f"managedPolicyArns of {server.title} and no createInstanceProfile contradict each other"
        hint = "say createInstanceProfile: true; the profile that iamInstanceProfileName names has its own"
        yield Diagnostic("CONFLICT", message, hint, path=server.path_of("managed_policy_arns"))


RULES = (records_lead_somewhere, nothing_is_made_twice, domain_is_named, policies_have_a_profile)
"""Rules of `checks.RULES`."""


def _refusal(both: str, hint: str, server: ResolvedServer) -> Diagnostic:
    path = server.path_of("record_sets")
    return Diagnostic("CONFLICT", f"{both} contradict each other", hint, path=path)
