"""The fields of what a server has beside itself."""

from __future__ import annotations

from smsgen.model.kinds import LINE, Boolean, Choice, Field, Integer, ListOf, Record, Text
from smsgen.model.launching.companions import (
    AssociationParameter,
    DnsRecord,
    DocumentAssociation,
    RecoveryAlarm,
)
from smsgen.model.launching.hardware import arn

# Route 53 Developer Guide, "DNS domain name format": 255 octets, labels of 63.
_DOMAIN = Text(
    255,
    code="BAD_NAME",
    what="a domain name",
    hint="it looks like db01.example.com",
    pattern=r"(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}))*\.?",
)
DNS_RECORD = Record(
    DnsRecord,
    "a record set",
    {
        "name": Field(_DOMAIN, "The name that leads to the server: db01.example.com.", required=True),
        "hostedZoneId": Field(
            Text(
                32,
                code="BAD_ID",
                what="the id of a hosted zone",
                hint="it looks like Z0123456789ABCDEFGHIJ",
                pattern="Z[A-Z0-9]{1,31}",
            ),
            "The hosted zone, by id.",
        ),
        "hostedZoneName": Field(_DOMAIN, "The hosted zone, by name, where only one has it."),
        "type": Field(Choice("A", "AAAA", "CNAME"), "The type of the record; A where nothing is said."),
        "ttl": Field(
            Integer(0, 2_147_483_647), "How many seconds an answer holds; 300 where nothing is said."
        ),
        "target": Field(
            Choice("privateIp", "publicIp", "elasticIp", "ipv6Address", "privateDnsName", "publicDnsName"),
            "What it leads to; the private address, of AAAA the first of ipv6Addresses, of CNAME the private name.",
        ),
        "setIdentifier": Field(
            Text(128, code="BAD_NAME", what="a set identifier", hint="1 to 128 characters", pattern=LINE),
            "What tells records of one name apart.",
        ),
        "weight": Field(Integer(0, 255), "Its share of the answers, with setIdentifier."),
        "multiValueAnswer": Field(Boolean(), "One of several answers, with setIdentifier."),
    },
    one_of=("hostedZoneId", "hostedZoneName"),
)
RECOVERY_ALARM = Record(
    RecoveryAlarm,
    "recoveryAlarm",
    {
        "alarmName": Field(
            Text(
                255, code="BAD_NAME", what="the name of an alarm", hint="at most 255 characters", pattern=LINE
            ),
            "Its name; CloudFormation's where nothing is said.",
        ),
        "statistic": Field(Choice("Minimum", "Maximum", "Average"), "Minimum where nothing is said."),
        "period": Field(Integer(60, 86_400), "Seconds a period; 60 where nothing is said."),
        "evaluationPeriods": Field(Integer(1, 1_440), "How many periods in a row; 2 where nothing is said."),
        "alarmActions": Field(
            ListOf(
                Text(
                    1024,
                    code="BAD_ARN",
                    what="an ARN",
                    hint="such as that of an SNS topic",
                    pattern="arn:aws[!-~]+",
                ),
                least=1,
                most=4,
                unique=True,
            ),
            "ARNs of what else is done, such as topics of SNS.",
        ),
    },
)
ASSOCIATION = Record(
    DocumentAssociation,
    "an association",
    {
        # SSM API reference, CreateAssociation: a name, or the ARN of a shared document.
        "documentName": Field(
            Text(
                256,
                code="BAD_NAME",
                what="the name of a document",
                hint="such as AWS-JoinDirectoryServiceDomain",
                pattern=r"[A-Za-z0-9_.:/-]+",
            ),
            "The document: AWS-JoinDirectoryServiceDomain joins a domain.",
            required=True,
        ),
        "documentVersion": Field(
            Text(
                8,
                code="BAD_NAME",
                what="a version",
                hint="a number, $LATEST or $DEFAULT",
                pattern=r"\$LATEST|\$DEFAULT|[1-9][0-9]{0,6}",
            ),
            "Its version; $DEFAULT where nothing is said.",
        ),
        "associationName": Field(
            Text(
                128,
                least=3,
                code="BAD_NAME",
                what="the name of an association",
                hint="3 to 128 letters, digits and _.-",
                pattern="[A-Za-z0-9_.-]+",
            ),
            "The association's name.",
        ),
        "associationParameters": Field(
            ListOf(
                Record(
                    AssociationParameter,
                    "a parameter of a document",
                    {
                        "key": Field(
                            Text(255, code="BAD_NAME", what="a parameter", hint="its name", pattern=LINE),
                            "The parameter: directoryId.",
                            required=True,
                        ),
                        "value": Field(
                            ListOf(Text(4096, many_lines=True), least=1, most=100),
                            "Its values.",
                            required=True,
                        ),
                    },
                ),
                least=1,
                most=200,
            ),
            "Parameters of the document.",
        ),
        "scheduleExpression": Field(
            Text(
                256,
                code="BAD_SCHEDULE",
                what="a schedule",
                hint="it looks like rate(1 day) or cron(0 2 ? * SUN *)",
                pattern=r"(?:rate|cron|at)\([^()]+\)",
            ),
            "When it is run again: rate(1 day).",
        ),
        "waitForSuccessTimeoutSeconds": Field(
            Integer(15, 172_800), "How many seconds the launch waits for its success."
        ),
    },
)
COMPANIONS: dict[str, Field] = {
    "managedPolicyArns": Field(
        ListOf(
            arn(
                "iam",
                "policy/[A-Za-z0-9_+=,.@/-]{1,512}",
                "the ARN of a managed policy",
                "it looks like arn:aws:iam::aws:policy/AmazonSSMDirectoryServiceAccess",
            ),
            least=1,
            most=24,
            unique=True,
        ),
        "More managed policies of the profile that createInstanceProfile makes; servers that say the same share one.",
    ),
    "recordSets": Field(ListOf(DNS_RECORD, least=1, most=20), "Records of Route 53 that lead to the server."),
    "recoveryAlarm": Field(
        RECOVERY_ALARM,
        "An alarm that moves the server to another host when its own fails; {} takes the defaults.",
    ),
    "ssmAssociations": Field(
        ListOf(ASSOCIATION, least=1, most=20),
        "Documents of Systems Manager that are run on it, such as a domain join.",
    ),
}
"""Fields of a launch configuration."""
