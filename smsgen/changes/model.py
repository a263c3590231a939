"""The records of a change set, in CloudFormation's own words, and of a deployed stack.

The field names are those of the CloudFormation API (DescribeChangeSet, API version 2010-05-15) in Python's
spelling. Missing is None or an empty tuple; `MISSING` stands for a value that is not there, which null is
not.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

KNOWN_AFTER_APPLY: Final = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""What CloudFormation shows in place of a value that only the execution of the change set makes known."""

MASK: Final = "****"
"""What CloudFormation shows in place of the value of a NoEcho parameter."""

NO_CHANGES: Final = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
"""The StatusReason of a change set that holds no changes."""


FROM_ROOT: Final = "Executable from root change set"
"""The StatusReason of the change set of a nested stack, which only the root's can execute.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/change-sets-for-nested-stacks.html
"""


class _Missing:
    """The type of `MISSING`; false, so that `value or default` reads well."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()

Recreation = Literal["Never", "Conditionally", "Always"]
Evaluation = Literal["Static", "Dynamic"]
Replacement = Literal["True", "False", "Conditional"]
Attribute = Literal[
    "Properties",
    "Metadata",
    "CreationPolicy",
    "UpdatePolicy",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "Tags",
]
ChangeSource = Literal[
    "ResourceReference", "ParameterReference", "ResourceAttribute", "DirectModification", "Automatic"
]
ChangeType = Literal["Add", "Modify", "Remove"]
Action = Literal["Add", "Modify", "Remove", "Import", "Dynamic"]


# --- The deployed stack -------------------------------------------------------------------------------------


class StackResource(NamedTuple):
    """A resource that exists: its type and physical id, what Ref gives where that differs, what GetAtt
    gives.
    """

    type: str
    physical_id: str | None = None
    ref: str | None = None
    attributes: Mapping[str, Any] = {}


class Environment(NamedTuple):
    """What the account answers at the moment of the change set: nothing here is ever looked up.

    `pseudo`: values of pseudo parameters (`AWS::Region`); `ssm`: SSM parameter name -> value; `exports`:
    export name -> value, or None where the exports are not known; `zones`: region -> its Availability
    Zones, for Fn::GetAZs.
    """

    pseudo: Mapping[str, Any] = {}
    ssm: Mapping[str, str] = {}
    exports: Mapping[str, str] | None = None
    zones: Mapping[str, tuple[str, ...]] = {}


class Stack(NamedTuple):
    """A deployed stack. `template` is the processed body (no macros left in it); `parameters` as they were
    given.

    `ssm` holds the values of SSM parameters as they were when it was deployed, `tags` the stack's own (None: not
    known), `children` the nested stacks by the logical id of their resource, `environment` what the account answered
    when the snapshot was taken.
    """

    stack_name: str
    template: Mapping[str, Any]
    stack_id: str | None = None
    parameters: Mapping[str, str] = {}
    ssm: Mapping[str, str] = {}
    resources: Mapping[str, StackResource] = {}
    outputs: Mapping[str, str] = {}
    tags: Mapping[str, str] | None = None
    children: Mapping[str, Stack] = {}
    environment: Environment | None = None

    def bodies(self) -> Iterator[Mapping[str, Any]]:
        """Yield the templates of the nested stacks, then its own."""
        for child in self.children.values():
            yield from child.bodies()
        yield self.template


# --- The answer ---------------------------------------------------------------------------------------------


class Target(NamedTuple):
    """What changes of a resource (ResourceTargetDefinition). The last four are there with property values
    only.

    `before_value` and `after_value` are text, as in the API: a list or a map is its JSON.
    """

    attribute: Attribute
    name: str | None = None
    requires_recreation: Recreation = "Never"
    path: str | None = None
    attribute_change_type: ChangeType | None = None
    before_value: str | None = None
    after_value: str | None = None


class Detail(NamedTuple):
    """Why it changes (ResourceChangeDetail). `causing_entity` is None for DirectModification."""

    target: Target
    evaluation: Evaluation
    change_source: ChangeSource
    causing_entity: str | None = None


class ResourceChange(NamedTuple):
    """What happens to one resource. The contexts, `{"Properties": {…}}`, are there with property values
    only.
    """

    action: Action
    logical_resource_id: str
    resource_type: str
    physical_resource_id: str | None = None
    replacement: Replacement | None = None
    policy_action: str | None = None
    scope: tuple[str, ...] = ()
    details: tuple[Detail, ...] = ()
    before_context: Mapping[str, Any] | None = None
    after_context: Mapping[str, Any] | None = None
    change_set_id: str | None = None


class ParameterAnswer(NamedTuple):
    """A parameter as the answer shows it: NoEcho masked, the value of an SSM parameter in
    `resolved_value`.
    """

    key: str
    value: str
    resolved_value: str | None = None


class Side(NamedTuple):
    """One side of the comparison: the template as it was compared, parameter values, and what its
    conditions gave.

    `parameters` hold what was given, defaults filled in, NoEcho values unmasked: mask before showing.
    `resources` are the logical ids that exist on this side.
    """

    template: Mapping[str, Any] = {}
    parameters: Mapping[str, str] = {}
    conditions: Mapping[str, bool | None] = {}
    resources: frozenset[str] = frozenset()


FindingKind = Literal["iam", "network", "stateful", "remove", "stack"]
"""The gates of --fail-on that findings trip."""


class Finding(NamedTuple):
    """Something to look at, which the API does not say. `message` names no secret.

    `kind` is the gate of --fail-on that it trips. `logical_resource_id` is a path through nested stacks (`Child/Id`);
    for kind "stack", the stack's name.
    """

    kind: FindingKind
    logical_resource_id: str
    message: str
