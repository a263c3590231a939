"""What keeps a server running and in order: its recovery alarm, and what Systems Manager runs on it."""

from __future__ import annotations

from typing import Any

from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.servers.hardware import with_values
from smsgen.compiler.servers.lifetime import policies
from smsgen.model.launching.companions import DocumentAssociation
from smsgen.model.names import alphanumeric


def alarm_names(server: ResolvedServer, logical_id: str) -> tuple[str, ...]:
    """Return the logical id of the recovery alarm, where there is one."""
    return (f"{logical_id}RecoveryAlarm",) if server.launch.recovery_alarm else ()


def recovery_alarms(server: ResolvedServer, logical_id: str) -> dict[str, dict[str, Any]]:
    """Return the recovery alarm by logical id.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/UsingAlarmActions.html#AddingRecoverActions
    """
    alarm = server.launch.recovery_alarm
    if alarm is None:
        return {}
    recover = {"Fn::Sub": "arn:${AWS::Partition}:automate:${AWS::Region}:ec2:recover"}
    properties = with_values(
        AlarmName=alarm.alarm_name,
        AlarmDescription=f"Recovers {server.title or logical_id} when its host fails",
        Namespace="AWS/EC2",
        MetricName="StatusCheckFailed_System",
        Dimensions=[{"Name": "InstanceId", "Value": {"Ref": logical_id}}],
        Statistic=alarm.statistic,
        Period=alarm.period,
        EvaluationPeriods=alarm.evaluation_periods,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=0,
        AlarmActions=[recover, *sorted(alarm.alarm_actions or ())],
    )
    resource = {"Type": "AWS::CloudWatch::Alarm", **policies(server), "Properties": properties}
    return dict.fromkeys(alarm_names(server, logical_id), resource)


def association_name(logical_id: str, association: DocumentAssociation) -> str:
    """Return the logical id of an association, made from its name, or from that of its document."""
    title = association.association_name or association.document_name.rpartition("/")[2]
    return f"{logical_id}Runs{alphanumeric(title)[:64]}"


def association_names(server: ResolvedServer, logical_id: str) -> tuple[str, ...]:
    """Return the logical ids of the associations."""
    return tuple(association_name(logical_id, one) for one in server.launch.ssm_associations or ())


def associations(server: ResolvedServer, logical_id: str) -> dict[str, dict[str, Any]]:
    """Return the associations by logical id."""
    return {
        association_name(logical_id, association): {
            "Type": "AWS::SSM::Association",
            **policies(server),
            "Properties": with_values(
                Name=association.document_name,
                DocumentVersion=association.document_version,
                AssociationName=association.association_name,
                Parameters={one.key: list(one.value) for one in association.association_parameters or ()}
                or None,
                ScheduleExpression=association.schedule_expression,
                WaitForSuccessTimeoutSeconds=association.wait_for_success_timeout_seconds,
                Targets=[{"Key": "InstanceIds", "Values": [{"Ref": logical_id}]}],
            ),
        }
        for association in server.launch.ssm_associations or ()
    }
