"""The instances of a finished template, written with aws-cdk-lib and synthesised: `python with_cdk.py TEMPLATE OUT`.

What they are is read from smsgen's own template (JSON), so that both write the same. Needs aws-cdk-lib.
"""

import json
import sys
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2

_, finished, out = sys.argv
resources = json.loads(Path(finished).read_text(encoding="utf-8"))["Resources"]
app = cdk.App(outdir=out, analytics_reporting=False)
stack = cdk.Stack(app, "large", synthesizer=cdk.LegacyStackSynthesizer())
made: dict[str, cdk.CfnResource] = {}
for name, resource in resources.items():
    if resource["Type"] == "AWS::CloudFormation::WaitConditionHandle":
        made[name] = cdk.CfnWaitConditionHandle(stack, name)
    else:
        said = resource["Properties"]
        devices = [
            ec2.CfnInstance.BlockDeviceMappingProperty(
                device_name=device["DeviceName"],
                ebs=ec2.CfnInstance.EbsProperty(
                    volume_type=device["Ebs"]["VolumeType"],
                    encrypted=device["Ebs"]["Encrypted"],
                    delete_on_termination=device["Ebs"]["DeleteOnTermination"],
                ),
            )
            for device in said["BlockDeviceMappings"]
        ]
        options = said["MetadataOptions"]
        made[name] = ec2.CfnInstance(
            stack,
            name,
            image_id=said["ImageId"],
            instance_type=said["InstanceType"],
            subnet_id=said["SubnetId"],
            security_group_ids=said["SecurityGroupIds"],
            monitoring=said["Monitoring"],
            ebs_optimized=said["EbsOptimized"],
            propagate_tags_to_volume_on_creation=said["PropagateTagsToVolumeOnCreation"],
            metadata_options=ec2.CfnInstance.MetadataOptionsProperty(
                http_endpoint=options["HttpEndpoint"],
                http_tokens=options["HttpTokens"],
                http_put_response_hop_limit=options["HttpPutResponseHopLimit"],
            ),
            block_device_mappings=devices,
            tags=[cdk.CfnTag(key=tag["Key"], value=tag["Value"]) for tag in said["Tags"]],
        )
    for other in resource.get("DependsOn", []):
        made[name].add_dependency(made[other])
app.synth()
