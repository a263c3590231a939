"""Codes of what the application file weakens: warnings, by the ids of AWS Security Hub's controls."""

from smsgen.report.codes.entry import Code, fields, launch

_EC2 = "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html"
_SSM = "https://docs.aws.amazon.com/securityhub/latest/userguide/ssm-controls.html"

CODES = (
    Code(
        "EC2.17",
        "warning",
        "a server with several network interfaces",
        "It may lead from one subnet to another, past what stands between them.",
        "Use one interface, unless an appliance, a cluster or a licence needs more.",
        launch("networkInterfaces: [{deviceIndex: 1}]"),
        f"{_EC2}#ec2-17",
    ),
    Code(
        "EC2.180",
        "warning",
        "a network interface without source/destination check",
        "The server forwards traffic that is not addressed to it.",
        "Leave sourceDestCheck on, unless it is a router, a firewall or a NAT instance.",
        launch("sourceDestCheck: false"),
        f"{_EC2}#ec2-180",
    ),
    Code(
        "EC2.24",
        "warning",
        "a paravirtual instance type",
        "Types of the first generations (m1, m2, c1, t1, hi1, hs1) take paravirtual images, are slow, and vanish.",
        "Take a type of a current generation.",
        launch("instanceType: m1.small"),
        f"{_EC2}#ec2-24",
    ),
    Code(
        "EC2.3",
        "warning",
        "a volume that the template does not encrypt",
        "Profile `hardened` encrypts every volume. Here the file says encrypted: false, or volumes: [], "
        "which leaves the root volume as the image has it; profile `sms` encrypts only what the file says. "
        "(Encryption by default, a setting of the account, encrypts all the same.)",
        "Set encrypted: true, or encrypt the image.",
        launch("volumes: [{device: /dev/sdf, size: 10, encrypted: false}]"),
        f"{_EC2}#ec2-3",
    ),
    Code(
        "EC2.8",
        "warning",
        "a server that answers IMDSv1 requests",
        "Whoever can make the server fetch a URL (a proxy, an SSRF hole) can read its credentials. IMDSv2 "
        "asks for a token first, which such a request cannot get.",
        "Leave metadataOptions.httpTokens at required. Software from before 2020 may need an update first.",
        launch("metadataOptions: {httpTokens: optional}"),
        f"{_EC2}#ec2-8",
    ),
    Code(
        "EC2.8_HOPS",
        "warning",
        "a metadata service that answers over more than one hop",
        "Containers on the server reach it then, and with it the server's credentials.",
        "Leave metadataOptions.httpPutResponseHopLimit at 1, unless containers are meant to use them.",
        launch("metadataOptions: {httpPutResponseHopLimit: 2}"),
        f"{_EC2}#ec2-170",
    ),
    Code(
        "EC2.9",
        "warning",
        "a server with a public IPv4 address",
        "It can be reached from the internet as far as its security groups let it.",
        "Leave associatePublicIpAddress out, and reach it through a load balancer or Session Manager.",
        launch("associatePublicIpAddress: true"),
        f"{_EC2}#ec2-9",
    ),
    Code(
        "NO_MONITORING",
        "warning",
        "a server without detailed monitoring",
        "Its metrics come every five minutes in place of every minute. AWS Config's rule "
        "ec2-instance-detailed-monitoring-enabled finds it.",
        "Leave monitoring out.",
        launch("monitoring: false"),
        ""
        "https://docs.aws.amazon.com/config/latest/developerguide/ec2-instance-detailed-monitoring-enabled.html",
    ),
    Code(
        "PLAIN_TARGETS",
        "warning",
        "a target group whose servers are spoken to in the clear",
        "Between the load balancer and the servers nothing is encrypted. AWS Config's rule "
        "elbv2-targetgroup-protocol-encrypted finds it.",
        "Use HTTPS or TLS.",
        fields("targetGroups: [{name: web, protocol: HTTP, port: 80, vpc: vpc-12345678}]"),
        "https://docs.aws.amazon.com/config/latest/developerguide/elbv2-targetgroup-protocol-encrypted.html",
    ),
    Code(
        "SSM.1",
        "warning",
        "a server that Systems Manager cannot manage",
        "It has no instance profile, and createInstanceProfile says that none be made: no Session Manager, "
        "no patches.",
        "Name a profile with iamInstanceProfileName, or set createInstanceProfile: true.",
        launch("createInstanceProfile: false"),
        f"{_SSM}#ssm-1",
    ),
)
