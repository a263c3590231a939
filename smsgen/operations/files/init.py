"""Write an application file to start from."""

from __future__ import annotations

from smsgen.operations.ports.protocols import Files

STARTER = """\
# yaml-language-server: $schema=smsgen.schema.json
#
# `smsgen schema > smsgen.schema.json` writes the schema that editors complete this file with.
# `smsgen validate` checks it, `smsgen generate-template` makes a CloudFormation template of it. What it
# leaves out (an image, a subnet) becomes a parameter of the template.

name: {name}
description: What the application is, in at most 1,024 bytes
# roleName: shop-launch              # the service role that CloudFormation assumes
# profile: sms                       # only what AWS Server Migration Service itself could launch
tags:
  - {{key: Environment, value: test}}
  - {{key: CostCenter, value: "4711"}} # quote what looks like a number

# What every server has in common. A group's launchDefaults and a server's own launch win over it.
launchDefaults:
  instanceType: m6i.large
  volumes: [{{device: /dev/sda1}}]     # what the images call their root volume; many say /dev/xvda
  # vpc: vpc-0a1b2c3d4e5f60718
  # subnet: subnet-0a1b2c3d4e5f60718
  # securityGroup: sg-0a1b2c3d4e5f60718
  # createInstanceProfile: true      # for AWS Systems Manager, in place of key pairs and open ports

serverGroups:
  - name: database
    launchOrder: 0                   # launches first
    serverList:
      - serverId: s-12345678
        vmServer: {{vmName: db01}}
        # imageId: ami-0123456789abcdef0
        launch:
          logicalId: Database01      # its name in the template; keep it once it is launched
          stateful: true             # termination protection, and it outlives the stack
          # volumes:
          #   - {{device: /dev/sdf, size: 200, retain: true}}

  - name: web
    launchOrder: 1                   # when every database server is there
    # launchDefaults:
    #   readiness: {{signal: creationPolicy, timeout: PT15M}} # ready when its boot scripts say so
    serverList:
      - serverId: s-23456789
        vmServer: {{vmName: web01}}
        launch:
          logicalId: Web01
          # userData: {{s3Location: {{bucket: sms-app-scripts, key: web/boot.sh}}}}
"""


def starter(name: str) -> str:
    """Return a commented application file for an application of this name; it validates and compiles."""
    import json

    # A JSON string is a YAML string; quoted, since YAML reads some names as a number or a truth.
    return STARTER.format(name=json.dumps(name, ensure_ascii=False))


def init(name: str, path: str, *, files: Files, force: bool = False) -> None:
    """Write the starter file for `name` to `path`.

    Raises SmsgenError where `path` is there already and `force` is not given.
    """
    files.write(path, starter(name).encode(), replace=force)
