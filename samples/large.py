"""A large application file: `python -m samples.large [SERVERS] [GROUPS] > large.yaml`.

1,200 servers in 12 groups by default: more than one template may hold, so that it becomes nested stacks. The
same arguments give the same bytes.
"""

import sys

ROLES = (
    ("db", "r6i.xlarge"),
    ("cache", "r6i.large"),
    ("file", "m6i.large"),
    ("app", "m6i.xlarge"),
    ("web", "c6i.large"),
)

HEAD = """\
# yaml-language-server: $schema=smsgen.schema.json
name: large
description: {servers} servers in {groups} groups
roleName: large-launch
tags:
  - {{key: CostCenter, value: "4711"}}
launchDefaults:
  vpc: vpc-0a1b2c3d4e5f60718
  platform: linux
  volumes: [{{device: /dev/sda1}}]
serverGroups:
"""
GROUP = """\
  - name: {role}-{group:03}
    launchOrder: {group}
    launchDefaults:
      subnet: subnet-{group:017x}
      securityGroup: sg-{group:017x}
      instanceType: {instance_type}
    serverList:
"""
SERVER = """\
      - serverId: s-{number:08x}
        vmServer:
          vmName: {role}{number:05}
          vmManagerType: VSPHERE
          vmServerAddress: {{vmManagerId: 6c9a2f4e-7c1d-4b35-9a0e-1f2d3c4b5a69, vmId: vm-{number}}}
        imageId: ami-{number:017x}
        launch: {{logicalId: {title}{number:05}}}
"""


def large_app(servers: int, groups: int) -> str:
    """Return an application file of so many servers, spread over so many groups with a launch order each."""
    parts = [HEAD.format(servers=servers, groups=groups)]
    for group in range(groups):
        role, instance_type = ROLES[group % len(ROLES)]
        parts.append(GROUP.format(role=role, group=group, instance_type=instance_type))
        for number in range(group * servers // groups, (group + 1) * servers // groups):
            parts.append(SERVER.format(role=role, title=role.capitalize(), number=number + 1))
    return "".join(parts)


def main(argv: list[str]) -> None:
    """Write the file to standard output."""
    numbers = [int(word) for word in argv]
    sys.stdout.write(large_app(*(numbers + [1200, 12][len(numbers) :])))


if __name__ == "__main__":
    main(sys.argv[1:])
