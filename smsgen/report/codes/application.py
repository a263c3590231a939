"""Codes of an application as a whole: what does not fit together, what AWS or profile `sms` does not take."""

from smsgen.report.codes.entry import Code, app, fields, launch, server, words

CODES = (
    Code(
        "ACCEPTED_IN_VAIN",
        "info",
        "an accepted warning that was not found",
        "The file accepts a warning, and no check that ran found it: it was mended, or another check finds it.",
        "Remove the entry, so that the warning is shown should it come back.",
        fields("accept: [{code: EC2.9, reason: reached by the vendor}]"),
    ),
    Code(
        "ACCEPTED_TWICE",
        "error",
        "a warning that is accepted twice",
        "Of two reasons for one code only one would be shown.",
        "Keep one entry, with both reasons in it.",
        fields("accept: [{code: EC2.9, reason: vendor}, {code: EC2.9, reason: until March}]"),
    ),
    Code(
        "CLOUDFORMATION_QUOTA",
        "error",
        "a template beyond one of CloudFormation's quotas",
        "smsgen splits an application into nested stacks before it comes to that; a part that cannot be "
        "split further is too large still.",
        "Put long scripts into S3 (`--upload-scripts`), or make two applications of it.",
        words("an application whose root template takes more than 1 MB"),
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
    ),
    Code(
        "CONFLICT",
        "error",
        "two fields that contradict each other",
        "Both stand in one place, so neither wins. (A server's own word does win over its group's.)",
        "Keep one of the two.",
        launch("securityGroup: sg-12345678, securityGroups: [sg-23456789]"),
    ),
    Code(
        "DUPLICATE_ADDRESS",
        "error",
        "a private address that two servers of a subnet have",
        "The second of them could not start.",
        "Give each its own, or leave privateIpAddress out.",
        server(
            "serverId: s-12345678, launch: {privateIpAddress: 10.0.1.15}",
            "serverId: s-23456789, launch: {privateIpAddress: 10.0.1.15}",
        ),
    ),
    Code(
        "DUPLICATE_ATTACHMENT",
        "error",
        "one thing that two servers are to have",
        "An interface, an elastic address, a volume or an IPv6 address belongs to one server at a time.",
        "Give each server its own.",
        server(
            "serverId: s-12345678, launch: {volumes: [{device: sdf, volumeId: vol-12345678}]}",
            "serverId: s-23456789, launch: {volumes: [{device: sdf, volumeId: vol-12345678}]}",
        ),
    ),
    Code(
        "DUPLICATE_DEVICE",
        "error",
        "a device name that stands twice in a server's volumes",
        "EC2 attaches one volume a name.",
        "Give each volume its own.",
        launch("volumes: [{device: /dev/sdf, size: 10}, {device: /dev/sdf, size: 20}]"),
    ),
    Code(
        "DUPLICATE_GROUP_ID",
        "error",
        "a serverGroupId that two groups have",
        "SMS knew a group by it.",
        "Remove it from one of the two: it may be left out.",
        app(
            "name: shop\nserverGroups:\n"
            "  - {serverGroupId: g-1, launchOrder: 0, serverList: [{serverId: s-12345678}]}\n"
            "  - {serverGroupId: g-1, launchOrder: 1, serverList: [{serverId: s-23456789}]}"
        ),
    ),
    Code(
        "DUPLICATE_GROUP_NAME",
        "error",
        "a name that two groups have",
        "Parameters, outputs and nested stacks are named after groups.",
        "Give each its own.",
        app(
            "name: shop\nserverGroups:\n"
            "  - {name: web, launchOrder: 0, serverList: [{serverId: s-12345678}]}\n"
            "  - {name: web, launchOrder: 1, serverList: [{serverId: s-23456789}]}"
        ),
    ),
    Code(
        "DUPLICATE_LOGICAL_ID",
        "error",
        "a logicalId that two servers have",
        "It names the resource in the template.",
        "Give each its own.",
        server(
            "serverId: s-12345678, launch: {logicalId: Web}", "serverId: s-23456789, launch: {logicalId: Web}"
        ),
    ),
    Code(
        "DUPLICATE_RECORD",
        "error",
        "one record of Route 53 for two servers",
        "A hosted zone has one record of a name and type, or several that a setIdentifier tells apart.",
        "Give each server its own name, or its own setIdentifier and weight.",
        server(
            "serverId: s-12345678, launch: {recordSets: [{name: a.example.com, hostedZoneId: Z0123456789ABC}]}",
            "serverId: s-23456789, launch: {recordSets: [{name: a.example.com, hostedZoneId: Z0123456789ABC}]}",
        ),
    ),
    Code(
        "DUPLICATE_SERVER",
        "error",
        "two servers that nothing tells apart",
        "They have one vmName and neither serverId, vmId nor logicalId: one machine that stands in the file twice, or "
        "two machines that smsgen would take for one.",
        "Remove one of the two; or give each its serverId, or vmId and vmManagerId under vmServerAddress, and a "
        "launch.logicalId of its own.",
        server("vmServer: {vmName: app01}", "vmServer: {vmName: app01}"),
    ),
    Code(
        "DUPLICATE_SERVER_ID",
        "error",
        "a serverId that stands twice",
        "One server would be launched twice.",
        "Remove one of the two, or mend its id.",
        server("serverId: s-12345678", "serverId: s-12345678"),
    ),
    Code(
        "DUPLICATE_TAG",
        "error",
        "a tag key that stands twice in one list",
        "A tag has one value.",
        "Keep one of the two.",
        fields("tags: [{key: Stage, value: test}, {key: Stage, value: live}]"),
    ),
    Code(
        "DUPLICATE_TARGET_GROUP",
        "error",
        "two target groups of one name",
        "Servers name the group that they are registered in, and its letters and digits are its logical id.",
        "Give each its own name.",
        fields(
            "targetGroups:\n"
            "- {name: web, protocol: TLS, port: 1, vpc: vpc-12345678}\n"
            "- {name: web, protocol: TLS, port: 2, vpc: vpc-12345678}"
        ),
    ),
    Code(
        "DUPLICATE_VM_ID",
        "error",
        "a vmId that stands twice under one VM manager",
        "One machine would be launched twice.",
        "Remove one of the two, or mend its vmServerAddress.",
        server(
            "serverId: s-12345678, vmServer: {vmServerAddress: {vmManagerId: m, vmId: vm-1}}",
            "serverId: s-23456789, vmServer: {vmServerAddress: {vmManagerId: m, vmId: vm-1}}",
        ),
    ),
    Code(
        "GROUP_NAME_COLLISION",
        "error",
        "two groups that would give one name in the template",
        "Parameters, outputs and nested stacks are named after the letters and digits of a group's name, so that no "
        "group changes another's. Two groups cannot have one.",
        "Rename the one that is not launched yet; where nested stacks or parameters are in use, renaming the other "
        "replaces its servers or asks for its values again.",
        app(
            "name: shop\nserverGroups:\n"
            "  - {name: web tier, launchOrder: 0, serverList: [{serverId: s-12345678}]}\n"
            "  - {name: web-tier, launchOrder: 1, serverList: [{serverId: s-23456789}]}"
        ),
    ),
    Code(
        "INCOMPLETE",
        "error",
        "a kept application that cannot be launched yet",
        "A file leaves open what becomes a parameter of its template. An application in the store of the "
        "SMS API is launched as it is, and so needs a subnet, a security group and an instance type for "
        "each server.",
        "Put the missing fields with PutAppLaunchConfiguration.",
        words("LaunchApp of an application whose servers have no subnet"),
    ),
    Code(
        "LOGICAL_ID_COLLISION",
        "error",
        "two servers that would have one name in the template",
        "A logical id is made of the letters and digits of vmName, else of serverId, and of nothing else: no server "
        "that joins may rename one that runs, for CloudFormation would delete it. So where two names come to one "
        "(case does not count), somebody has to say which is which.",
        "Pin the name that a server is launched under, `launch: {logicalId: App01}`, and give the other one of its "
        "own: the message has one ready. Servers that an earlier version of smsgen launched together are called as "
        "the messages propose, so pin both of those.",
        server("vmServer: {vmName: app-01}", "vmServer: {vmName: app_01}"),
    ),
    Code(
        "LOGICAL_ID_TAKEN",
        "error",
        "a logical id that smsgen uses for something else",
        "Parameters, barriers, roles and retained volumes have names in the template, too, and those of a server's "
        "volumes and signals begin with its logical id.",
        "Give the server another logicalId.",
        launch("logicalId: InstanceProfile"),
    ),
    Code(
        "NEEDS_LAUNCH_TEMPLATE",
        "error",
        "something that only a launch template can say",
        "AWS::EC2::Instance has no property for stop protection, maintenance options, capacity reservations and the "
        "throughput of its volumes. A launch template of the server's own can hold them, but CloudFormation replaces "
        "the server with each change of it, so that somebody has to want it.",
        "Say createLaunchTemplate: true, or leave it out. The throughput of a volume with retain: true needs none.",
        launch("disableApiStop: true"),
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html",
    ),
    Code(
        "NOT_A_DEFAULT",
        "error",
        "a default for several servers that only one can have",
        "Two servers have neither one logical id nor one address.",
        "Move it under the server's own launch.",
        app(
            "name: shop\nlaunchDefaults: {logicalId: Web}\nserverGroups:\n  - serverList:\n"
            "      - serverId: s-12345678\n      - serverId: s-23456789"
        ),
    ),
    Code(
        "NOT_A_WARNING",
        "error",
        "a code under `accept` that no warning about the file has",
        "accept takes the codes of warnings, and of cfn-lint's (W2001). Errors cannot be accepted: nothing can be made "
        "of a file that has one.",
        "Copy the code from the brackets of the warning.",
        fields("accept: [{code: BAD_ID, reason: it is fine}]"),
    ),
    Code(
        "NO_INSTANCE_PROFILE",
        "warning",
        "a script in S3 that the server may not read",
        "A server reads S3 with the permissions of its instance profile, and this one has none.",
        "Name a profile with iamInstanceProfileName, or let smsgen make one with createInstanceProfile: true.",
        launch("userData: {s3Location: {bucket: sms-app-shop, key: boot.sh}}"),
    ),
    Code(
        "ROOT_DEVICE",
        "warning",
        "a root volume whose name is not known",
        "Profile hardened encrypts the root volume, so the template names it: /dev/sda1, as SMS and VM Import/Export "
        "do. Most of AWS's own images call it /dev/xvda, and EC2 refuses a template that calls it otherwise.",
        "Say it: volumes: [{device: /dev/xvda}], under launchDefaults or launch. Or let EC2 be asked: `smsgen validate "
        "--aws`; launch-app and the SMS API ask by themselves.",
        words("an application file of profile hardened that names no root volume"),
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html",
    ),
    Code(
        "SCRIPT_FILE",
        "error",
        "a script beside the application file that cannot be read",
        "userData.file names a file that is not there, may not be read, is no regular file, leads out of the "
        "application file's folder as a link, or is too long to be embedded.",
        "Check the path, which starts at the folder of the application file; put a long script in S3, "
        "under s3Location.",
        launch("userData: {file: scripts/no-such-file.sh}"),
    ),
    Code(
        "SCRIPT_OBJECT",
        "error",
        "a script in S3 that cannot be user data",
        "smsgen serve reads userData.s3Location of its applications itself, and the object is not there, belongs to "
        "another account, is no UTF-8 text or has more than 16 KB.",
        "Put it into a bucket of the account that smsgen serve may read (`smsgen iam-policy serve`), or name another.",
        words("PutAppLaunchConfiguration names an object of 17,000 bytes, and LaunchApp begins"),
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html",
    ),
    Code(
        "SMS_BUCKET",
        "warning",
        "a script in a bucket that SMS could not read",
        "SMS's roles read only buckets whose names begin with sms-app-. Profile `hardened` takes any "
        "bucket, and this is a note for who goes between the two; profile `sms` refuses it.",
        "Nothing in profile `hardened`. For profile `sms`, move the script.",
        launch("iamInstanceProfileName: web, configureScript: {bucket: scripts, key: boot.sh}"),
    ),
    Code(
        "SMS_LIMIT",
        "warning",
        "more groups or servers than SMS took",
        "SMS took 10 groups and 50 servers an application. Profile `hardened` takes more; profile `sms` "
        "refuses it.",
        "Nothing in profile `hardened`. For profile `sms`, make two applications of it.",
        words("an application of 51 servers"),
    ),
    Code(
        "SMS_PROFILE",
        "error",
        "something that profile `sms` does not hold",
        "SMS's launch role could make instances, of images given by id, in stacks whose names begin with "
        "sms-app-, and nothing else: no volumes of their own, no instance profiles, no wait conditions.",
        "Leave it out, or use profile `hardened`.",
        fields("profile: sms\nlaunchDefaults: {createInstanceProfile: true}"),
    ),
    Code(
        "SUBNET_NOT_IN_VPC",
        "error",
        "a subnet that is in another VPC",
        "EC2 was asked (`smsgen validate --aws`, launch-app, LaunchApp): the subnet is not in the vpc that is beside "
        "it, or not there at all.",
        "Correct one of the two. vpc may be left out: the subnet decides.",
        words("vpc: vpc-12345678 beside a subnet of vpc-87654321"),
    ),
    Code(
        "TOO_MANY_PARAMETERS",
        "error",
        "more values left open than a template has parameters",
        "What the file leaves out becomes a parameter, of which a template takes 200.",
        "Say imageId, instanceType, subnet and securityGroup of more servers in the file; as "
        "launchDefaults, for one.",
        words("an application of 300 servers without imageId"),
    ),
    Code(
        "UNKNOWN_TARGET_GROUP",
        "error",
        "a target group that the application does not have",
        "CloudFormation registers servers in a target group only where it owns the group, with the whole list of them.",
        "Add the group to targetGroups, at the top of the file, and let the listener forward to the ARN that it "
        "puts out.",
        launch("targetGroups: [{name: web}]"),
    ),
    Code(
        "UNSUPPORTED_BY_TYPE",
        "error",
        "an option that the instance type does not have",
        "CPU credits belong to the burstable families, hibernation, enclaves and CPU options to some; EC2 would refuse "
        "the launch.",
        "Take another instance type, or leave the option out.",
        launch("instanceType: m6i.large, creditSpecification: {cpuCredits: standard}"),
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-types.html",
    ),
    Code(
        "USER_DATA_NOT_A_SCRIPT",
        "error",
        "user data that cannot be run as a part of the boot script",
        "readiness and configureScript wrap the user data into a script that runs it, and signals how it "
        "ended. cloud-config, and `<script>` blocks of Windows, cannot be run so.",
        "Begin it with #!/bin/bash, or write PowerShell; or leave readiness and configureScript out.",
        launch('readiness: {timeout: PT15M}, userData: {inline: "#cloud-config"}'),
    ),
    Code(
        "USER_DATA_TOO_LONG",
        "error",
        "user data of more than 16 KB",
        "EC2 takes 16,384 bytes before Base64, and what smsgen puts around the script counts.",
        "Put the script in S3, under userData.s3Location; or generate with --upload-scripts.",
        words("a script of 17,000 bytes under userData.inline"),
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html",
    ),
)
