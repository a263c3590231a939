"""What a server has beside itself: DNS records, a recovery alarm, associations of Systems Manager."""

from typing import NamedTuple


class DnsRecord(NamedTuple):
    """A record of Route 53 that leads to a server (Route 53: ResourceRecordSet)."""

    name: str
    hosted_zone_id: str | None = None
    hosted_zone_name: str | None = None
    type: str = "A"
    ttl: int = 300
    target: str | None = None
    set_identifier: str | None = None
    weight: int | None = None
    multi_value_answer: bool | None = None


class RecoveryAlarm(NamedTuple):
    """An alarm of CloudWatch that recovers the instance when its host fails."""

    alarm_name: str | None = None
    statistic: str = "Minimum"
    period: int = 60
    evaluation_periods: int = 2
    alarm_actions: tuple[str, ...] | None = None


class AssociationParameter(NamedTuple):
    """A parameter of a document: its name, and its values."""

    key: str
    value: tuple[str, ...] = ()


class DocumentAssociation(NamedTuple):
    """A document of Systems Manager that is run on a server (SSM: Association)."""

    document_name: str
    document_version: str | None = None
    association_name: str | None = None
    association_parameters: tuple[AssociationParameter, ...] | None = None
    schedule_expression: str | None = None
    wait_for_success_timeout_seconds: int | None = None
