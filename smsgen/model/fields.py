"""Every field of the application file, in one table: its name, its kind, what it is for.

`load` decodes with it, `schema` prints it. Names are the SMS API's, or ours where SMS had none. Limits are
those of the service that the value ends in, named beside each. What stands under `launch` is in
`launch_fields.py`.
"""

from __future__ import annotations

from smsgen.model.app import PROFILES, AcceptedWarning, App, Server, ServerGroup, VmServer, VmServerAddress
from smsgen.model.kinds import Choice, Field, Identifier, Integer, ListOf, Record, Text
from smsgen.model.launch_fields import LAUNCH
from smsgen.model.launching.tag_fields import TAGS
from smsgen.model.launching.target_group_fields import TARGET_GROUPS

NAME = Text(255)

VM_SERVER = Record(
    VmServer,
    "vmServer",
    {
        "vmServerAddress": Field(
            Record(
                VmServerAddress,
                "vmServerAddress",
                {
                    "vmManagerId": Field(NAME, "The id of the VM manager: a vCenter's instance UUID."),
                    "vmId": Field(NAME, "The VM's id there: vm-123."),
                },
            ),
            "Where the VM lives.",
        ),
        "vmName": Field(NAME, "The VM's name."),
        "vmManagerName": Field(NAME, "The name of the VM manager."),
        "vmManagerType": Field(Choice("VSPHERE", "SCVMM", "HYPERV-MANAGER"), "The kind of VM manager."),
        "vmPath": Field(Text(1024), "The VM's folder: /Datacenters/DC1/vm/Folder/name."),
    },
)
_ID_HINT = "it looks like s-12345678: `s-` and 8 hexadecimal digits, or 17 letters and digits"
SERVER = Record(
    Server,
    "a server",
    {
        "serverId": Field(
            Identifier("s-", "a server id", pattern="s-[0-9a-zA-Z]{17}", hint=_ID_HINT),
            "The server's id in SMS (s-12345678) or in AWS Application Migration Service.",
        ),
        "serverType": Field(Choice("VIRTUAL_MACHINE"), "The kind of server."),
        "vmServer": Field(VM_SERVER, "The machine that was migrated."),
        "replicationJobId": Field(
            Text(
                64,
                code="BAD_ID",
                what="a replication job id",
                hint="it looks like sms-job-12345678",
                pattern="sms-job-[0-9a-f]{8,17}",
            ),
            "The replication job that made the image.",
        ),
        "imageId": Field(
            Identifier(
                "ami-",
                "an image id",
                pattern=r"ssm:/[A-Za-z0-9_./-]{1,1010}",
                hint="it looks like ami-0123456789abcdef0, or ssm:/path for an SSM parameter",
            ),
            "The image: `ami-…`, or `ssm:/path` for an SSM parameter; asked for where nothing is said.",
            examples=("ami-0123456789abcdef0", "ssm:/shop/db01/image"),
        ),
        "launch": Field(
            LAUNCH, "How it is launched; wins over the launchDefaults of its group and of the application."
        ),
    },
)
SERVER_GROUP = Record(
    ServerGroup,
    "a server group",
    {
        "serverGroupId": Field(NAME, "The group's id in SMS."),
        "name": Field(NAME, "The group's name, in messages, tags and file names."),
        "launchOrder": Field(
            Integer(0, 2**31 - 1),
            "When it launches: lower first, equal together. Needed where there are several groups.",
        ),
        "launchDefaults": Field(LAUNCH, "What its servers have in common; wins over the application's."),
        "serverList": Field(ListOf(SERVER, least=1), "Its servers.", required=True),
    },
)
ACCEPTED_WARNING = Record(
    AcceptedWarning,
    "an accepted warning",
    {
        "code": Field(
            Text(64),
            "The warning's code, which stands in its brackets.",
            required=True,
            examples=("EC2.3",),
        ),
        "reason": Field(Text(1024), "Why it is accepted, for whoever reviews the file.", required=True),
    },
)
APP = Record(
    App,
    "the application",
    {
        "name": Field(NAME, "The application's name.", required=True),
        "appId": Field(
            Text(
                64,
                code="BAD_ID",
                what="an application id",
                hint="it is `app-` and 17 hexadecimal digits; leave it out and it is made from the name",
                pattern="app-[0-9a-f]{17}",
            ),
            "`app-` and 17 hexadecimal digits; made from the name where nothing is said.",
        ),
        # CloudFormation quota: the description of a template.
        "description": Field(
            Text(
                1024,
                least=0,
                in_bytes=True,
                many_lines=True,
                hint="CloudFormation takes 1,024 bytes of description",
            ),
            "What the application is, at most 1,024 bytes.",
        ),
        "roleName": Field(
            Text(
                64,
                code="BAD_NAME",
                what="the name of an IAM role",
                hint="give the name, not the ARN: letters, digits and _+=,.@- (at most 64)",
                pattern=r"[A-Za-z0-9_+=,.@-]+",
            ),
            "The service role that CloudFormation assumes.",
        ),
        "tags": Field(TAGS, "Tags of the stack and of everything in it."),
        "stackName": Field(
            Text(
                128,
                code="BAD_STACK_NAME",
                what="a stack name",
                hint="a letter, then letters, digits and hyphens, at most 128",
                pattern="[A-Za-z][-A-Za-z0-9]*",
            ),
            "The stack's name; `sms-` and the appId where nothing is said.",
        ),
        "profile": Field(
            Choice(*PROFILES),
            "`hardened`; `sms`: only what AWS Server Migration Service itself could launch; or `plain`: only what the "
            "file says, without defaults, tags and outputs of smsgen.",
        ),
        "launchDefaults": Field(
            LAUNCH, "What every server has in common. A group's and a server's own win over it."
        ),
        "targetGroups": Field(
            TARGET_GROUPS, "Target groups that this application owns, for listeners elsewhere to forward to."
        ),
        "serverGroups": Field(ListOf(SERVER_GROUP, least=1), "The server groups.", required=True),
        "accept": Field(
            ListOf(ACCEPTED_WARNING, most=100),
            "Warnings that are accepted, each with a reason: only `validate --show-accepted` shows them.",
        ),
    },
    ignored=("$schema",),  # how a JSON file points its editor to the schema
)
