"""SmsApp: an application file as a construct of the AWS CDK."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from os import PathLike, fspath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aws_cdk
from aws_cdk import Annotations, CfnParameter, CfnResource
from aws_cdk.aws_ec2 import CfnInstance
from aws_cdk.cloudformation_include import CfnInclude, CfnIncludeProps
from constructs import Construct

from smsgen.cdk.binding import Binding, bound
from smsgen.cdk.inventory import Inventory, Listed, inventory_of
from smsgen.cfn.nested import is_nested_stack
from smsgen.errors import Diagnostic, InvalidInput, Severity, SmsgenError
from smsgen.local.disk import DiskFiles
from smsgen.model.app import App
from smsgen.operations.files.generate_template import generate
from smsgen.operations.files.template_files import texts


class SmsApp(Construct):
    """The servers of an application file, in the stack that this construct stands in.

    The stack gets the very resources of `smsgen generate-template`, with the same logical ids, through `CfnInclude`;
    an application that needs nested stacks makes nested stacks. What is wrong with the file, or worth a warning, is an
    annotation at this construct's path, each with its place in the file, so that `cdk synth` shows all of them and
    fails; the construct then holds stand-ins, and the code that uses it runs on.

    A stack takes one SmsApp: two might name their resources alike.

    >>> stack = aws_cdk.Stack(aws_cdk.App(), "Shop")
    >>> shop = SmsApp(stack, "Servers", app="samples/three-tier.yaml")
    >>> shop.instance("Database01").instance_type
    'r6i.xlarge'
    >>> len(shop.group("database"))
    3
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        app: str | PathLike[str] | App,
        profile: str | None = None,
        image_ids: Mapping[str, str] | None = None,
        instance_types: Mapping[str, Any] | None = None,
        subnet: Any = None,
        security_groups: Sequence[Any] = (),
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        """Compile the application and include its template in the stack.

        `app`: the path of an application file (from the folder that the CDK app runs in), or a `smsgen.App`.
        `profile`: "hardened", "sms" or "plain", in place of the file's own. The rest binds what the file leaves open,
        with texts, tokens or constructs; what is not bound stays a parameter of the stack:

        `image_ids`: server (logical id, serverId or vmName) -> the id of its image. `instance_types`: name of a group
        -> its instance type, a text or an `ec2.InstanceType`. `subnet`: the id of a subnet, or an `ec2.ISubnet`.
        `security_groups`: ids, or `ec2.ISecurityGroup`s. `parameters`: any parameter of the template by its name ->
        its value.
        """
        super().__init__(scope, construct_id)
        self._include: CfnInclude | None = None
        self._inventory = Inventory({})
        self._stand_ins: dict[str, CfnInstance] = {}
        try:
            named = app if isinstance(app, App) else fspath(app)
            generated = generate(named, files=DiskFiles(), profile=profile, format="json")
            bodies = {file: json.loads(text) for file, text in texts(generated, "json").items()}
            self._inventory = inventory_of(bodies)
            values = bound(
                Binding(image_ids or {}, instance_types or {}, subnet, security_groups, parameters or {}),
                self._inventory,
            )
        except InvalidInput as error:
            self._annotate(error.diagnostics)
            return
        except SmsgenError as error:
            self._annotate([Diagnostic("UNREADABLE", str(error), error.hint)])
            return
        self._annotate(generated.warnings)
        self._include = _included(self, bodies, values)
        _acknowledge(self)

    def instance(self, name: str) -> CfnInstance:
        """Return a server's instance, to reference, override and attach.

        `name`: its logical id, serverId or vmName. Raises SmsgenError where no server, or more than one, has it.
        """
        if self._include is None:
            return self._stand_in(name)
        servers = self._inventory.servers_named(name)
        if len(servers) == 1:
            return self._resource(servers[0])
        if servers:
            ids = ", ".join(one.logical_id for one in servers)
            raise SmsgenError(f"{len(servers)} servers are called {name!r}", hint=f"give a logical id: {ids}")
        raise _unknown("server", name, (one.logical_id for one in self._inventory.servers()))

    def group(self, name: str) -> list[CfnInstance]:
        """Return the instances of a server group, in the order of their logical ids.

        `name`: the group's name. Raises SmsgenError where there is none of that name.
        """
        if self._include is None:
            return [self._stand_in(name)]
        instances = [self._resource(one) for one in self._inventory.servers() if one.group == name]
        if not instances:
            raise _unknown("server group", name, {one.group for one in self._inventory.servers()})
        return instances

    def resource(self, logical_id: str) -> CfnResource:
        """Return any resource of the application: a volume, the instance profile, what a launch order waits for.

        Raises SmsgenError where there is none of that logical id.
        """
        if self._include is None:
            return self._stand_in(logical_id)
        listed = self._inventory.resources.get(logical_id)
        if listed is None:
            raise _unknown("resource", logical_id, self._inventory.resources)
        return self._resource(listed[0])

    def parameter(self, name: str) -> CfnParameter:
        """Return a parameter that is not bound, to give it a default, say.

        Raises SmsgenError where the stack has none of that name.
        """
        if self._include is None:
            return CfnParameter(self, f"Parameter{len(self.node.children)}")
        if name not in self._inventory.parameters:
            raise _unknown("parameter", name, self._inventory.parameters)
        return self._include.get_parameter(name)

    def _resource(self, listed: Listed) -> Any:
        include: Any = self._include
        if listed.stack:
            include = include.get_nested_stack(listed.stack).included_template
        return include.get_resource(listed.logical_id)

    def _stand_in(self, name: str) -> CfnInstance:
        """Return what code goes on with that uses an application in which there is something to mend."""
        if name not in self._stand_ins:
            self._stand_ins[name] = CfnInstance(self, f"StandIn{len(self._stand_ins)}")
        return self._stand_ins[name]

    def _annotate(self, diagnostics: Iterable[Diagnostic]) -> None:
        notes = Annotations.of(self)
        for diagnostic in diagnostics:
            if diagnostic.severity is Severity.ERROR:
                notes.add_error(diagnostic.render())
            elif diagnostic.severity is Severity.WARNING:
                notes.add_warning_v2(f"smsgen:{diagnostic.code}", diagnostic.render())
            else:
                notes.add_info_v2(f"smsgen:{diagnostic.code}", diagnostic.render())


def _included(scope: Construct, bodies: Mapping[str, Any], values: Mapping[str, Any]) -> CfnInclude:
    """Include the templates, root first. CfnInclude reads files, and keeps none of them."""
    with TemporaryDirectory(prefix="smsgen-cdk-") as folder:
        for file, body in bodies.items():
            path = Path(folder, file)
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(body), encoding="utf-8")
        root, *_ = bodies
        nested = {
            name: CfnIncludeProps(template_file=str(Path(folder, resource["Properties"]["TemplateURL"])))
            for name, resource in bodies[root]["Resources"].items()
            if is_nested_stack(resource)
        }
        Path(folder, root).write_text(json.dumps(_without(bodies[root], values)), encoding="utf-8")
        return CfnInclude(
            scope,
            "Template",
            template_file=str(Path(folder, root)),
            parameters=dict(values) or None,
            load_nested_stacks=nested or None,
        )


def _acknowledge(scope: Construct) -> None:
    """Tell the CDK's own validation that the image of a migrated server is its own, and stands in the template."""
    if hasattr(aws_cdk, "Validations"):  # since 2.2xx; before, nothing complained
        rule = aws_cdk.Acknowledgment(
            id="CloudFormation-Validate::W9010", reason="the image of a migrated server is no other's"
        )
        aws_cdk.Validations.of(scope).acknowledge(rule)


def _without(body: Mapping[str, Any], bound_names: Iterable[str]) -> dict[str, Any]:
    """Return a template whose console groups do not name parameters that CfnInclude takes out."""
    interface = body["Metadata"].get("AWS::CloudFormation::Interface")
    if not interface:
        return dict(body)
    taken = set(bound_names)
    groups = [
        {**group, "Parameters": [name for name in group["Parameters"] if name not in taken]}
        for group in interface["ParameterGroups"]
    ]
    left = [group for group in groups if group["Parameters"]]
    metadata = {key: value for key, value in body["Metadata"].items() if value is not interface}
    if left:
        metadata["AWS::CloudFormation::Interface"] = {"ParameterGroups": left}
    return {**body, "Metadata": metadata}


def _unknown(what: str, name: str, known: Iterable[str]) -> SmsgenError:
    names = sorted(known)
    near = get_close_matches(name, names, 3) or names[:10]
    hint = f"did you mean {', '.join(near)}?" if near else "there is none at all"
    return SmsgenError(f"there is no {what} {name!r} in the application", hint=hint)
