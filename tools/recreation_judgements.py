"""What was decided by hand about replacement, each with its reason and source.

The resource schemas err, and so do the documents that contradict them. Where the rules of
tools/recreation_sources.py cannot tell which side is right, or the reason is worth more than the rule, a line
stands here. tools/recreation.py lets a line win where it is stricter than the schema: that is a correction.
"""

from typing import NamedTuple

TEMPLATES = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"
EC2_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference"


class Judgement(NamedTuple):
    """What a change of a property does, why that is believed, and where it is written."""

    type_name: str
    property_name: str
    answer: str
    why: str
    source: str


def _volume(property_name: str, why: str) -> Judgement:
    return Judgement("AWS::EC2::Volume", property_name, "Never", why, f"{EC2_API}/API_ModifyVolume.html")


_UNSUPPORTED = "documented as 'Updates are not supported': the update fails, and nothing is replaced"
_NOT_IN_MODIFY_VOLUME = (
    "not create-only, and ModifyVolume cannot change it: the update fails, nothing is replaced"
)
_ONLY_INTERRUPTS = (
    "the specification's Conditional is documented as 'Some interruptions', which is no replacement"
)

JUDGEMENTS = (
    # Corrections: the schema misses what the documentation says and the service's API bears out.
    Judgement(
        "AWS::Route53::RecordSet",
        "Name",
        "Always",
        "documented as Replacement, and a writable part of the schema's own primaryIdentifier",
        f"{TEMPLATES}/aws-resource-route53-recordset.html",
    ),
    Judgement(
        "AWS::AppSync::GraphQLSchema",
        "ApiId",
        "Always",
        "documented as Replacement; create-only until it got handlers (2026); no call moves a schema to another API",
        f"{TEMPLATES}/aws-resource-appsync-graphqlschema.html",
    ),
    Judgement(
        "AWS::EC2::TrafficMirrorSession",
        "NetworkInterfaceId",
        "Always",
        "documented as Replacement; create-only until it got handlers (2025); ModifyTrafficMirrorSession lacks it",
        f"{EC2_API}/API_ModifyTrafficMirrorSession.html",
    ),
    Judgement(
        "AWS::ElastiCache::ReplicationGroup",
        "NumNodeGroups",
        "Conditionally",
        "replaced unless the resource's UpdatePolicy has UseOnlineResharding: true",
        f"{TEMPLATES}/aws-attribute-updatepolicy.html",
    ),
    Judgement(
        "AWS::CertificateManager::Certificate",
        "ValidationMethod",
        "Always",
        "documented as Replacement; create-only until September 2026; ACM has no call that changes it",
        "https://docs.aws.amazon.com/acm/latest/APIReference/API_UpdateCertificateOptions.html",
    ),
    Judgement(
        "AWS::RDS::DBProxyEndpoint",
        "TargetRole",
        "Always",
        "documented as Replacement; ModifyDBProxyEndpoint does not take it",
        "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBProxyEndpoint.html",
    ),
    # The schema is right, by the service's API.
    Judgement(
        "AWS::Batch::JobDefinition",
        "Tags",
        "Never",
        "create-only until it got handlers (2025); TagResource changes them in place",
        "https://docs.aws.amazon.com/batch/latest/APIReference/API_TagResource.html",
    ),
    Judgement(
        "AWS::DataBrew::Ruleset",
        "Tags",
        "Never",
        "create-only from 2024 to 2025 only; TagResource changes them in place",
        "https://docs.aws.amazon.com/databrew/latest/dg/API_TagResource.html",
    ),
    Judgement(
        "AWS::ElastiCache::ReplicationGroup",
        "ReplicasPerNodeGroup",
        "Never",
        "create-only until it got handlers (2026); Increase- and DecreaseReplicaCount change it in place",
        "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_IncreaseReplicaCount.html",
    ),
    Judgement(
        "AWS::ServiceCatalog::PortfolioShare",
        "AcceptLanguage",
        "Never",
        "create-only until it got handlers (2026); the language of a request, which UpdatePortfolioShare takes too",
        "https://docs.aws.amazon.com/servicecatalog/latest/dg/API_UpdatePortfolioShare.html",
    ),
    Judgement(
        "AWS::Transfer::Server",
        "IdentityProviderType",
        "Never",
        "create-only until it got handlers (2025); UpdateServer takes it",
        "https://docs.aws.amazon.com/transfer/latest/APIReference/API_UpdateServer.html",
    ),
    *(
        Judgement(type_name, name, "Never", _ONLY_INTERRUPTS, f"{TEMPLATES}/{page}")
        for type_name, page, names in (
            (
                "AWS::ElastiCache::CacheCluster",
                "aws-resource-elasticache-cachecluster.html",
                ("AZMode", "NumCacheNodes", "PreferredAvailabilityZone"),
            ),
            ("AWS::CodeCommit::Repository", "aws-resource-codecommit-repository.html", ("Triggers",)),
        )
        for name in names
    ),
    # EC2, where the reason is worth more than the rule.
    Judgement(
        "AWS::EC2::EIP",
        "Domain",
        "Never",
        "create-only until 2025; without EC2-Classic, vpc is the one domain there is, given or not",
        f"{EC2_API}/API_AllocateAddress.html",
    ),
    *(
        Judgement(
            "AWS::EC2::VPNConnection",
            name,
            "Never",
            "create-only until 2026; ModifyVpnConnection takes it",
            f"{EC2_API}/API_ModifyVpnConnection.html",
        )
        for name in ("CustomerGatewayId", "TransitGatewayId", "VpnGatewayId")
    ),
    Judgement(
        "AWS::EC2::VPNConnection",
        "VpnTunnelOptionsSpecifications",
        "Never",
        "create-only until 2026; ModifyVpnTunnelOptions takes them",
        f"{EC2_API}/API_ModifyVpnTunnelOptions.html",
    ),
    Judgement(
        "AWS::EC2::CapacityReservation",
        "InstanceMatchCriteria",
        "Never",
        "create-only until 2024; ModifyCapacityReservation takes it",
        f"{EC2_API}/API_ModifyCapacityReservation.html",
    ),
    *(
        Judgement(
            type_name, name, "Never", f"create-only until {year}; CreateTags changes tags in place", source
        )
        for source in (f"{EC2_API}/API_CreateTags.html",)
        for type_name, name, year in (
            ("AWS::EC2::CapacityReservation", "TagSpecifications", 2026),
            ("AWS::EC2::CapacityReservationFleet", "TagSpecifications", 2026),
            ("AWS::EC2::TransitGatewayRouteTable", "Tags", 2024),
        )
    ),
    *(
        Judgement(
            "AWS::EC2::VPCPeeringConnection",
            name,
            "Never",
            "create-only until 2026; read once, to accept the connection: no longer a part of it",
            f"{TEMPLATES}/aws-resource-ec2-vpcpeeringconnection.html",
        )
        for name in ("AssumeRoleRegion", "PeerRoleArn")
    ),
    *(_volume(name, _UNSUPPORTED) for name in ("AvailabilityZone", "Encrypted", "KmsKeyId", "SnapshotId")),
    *(
        _volume(name, _NOT_IN_MODIFY_VOLUME)
        for name in ("AvailabilityZoneId", "OutpostArn", "SourceVolumeId", "VolumeInitializationRate")
    ),
)
