"""Codes of a predicted change set, in SARIF: what happens to resources, and what is to be looked at."""

from smsgen.report.codes.entry import Code, words

_BEHAVIORS = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html"

CODES = (
    Code(
        "CHANGE_ADD",
        "info",
        "a resource that will be made",
        "It is in the template, and not in the stack.",
        "Nothing, where it is meant.",
        words("a server that joins the file"),
    ),
    Code(
        "CHANGE_IMPORT",
        "info",
        "a resource that the stack will take over",
        "It exists already, and becomes the stack's as it is.",
        "Nothing, where it is meant.",
        words("smsgen launch-app shop.yaml --import Db=i-0123456789abcdef0"),
    ),
    Code(
        "CHANGE_MAY_REPLACE",
        "warning",
        "a resource that may be replaced",
        "Whether it is hangs on a value that is known only when the change is made, or on which values a "
        "property has before and after.",
        "See the cause in the message. `--fail-on may-replace` stops a pipeline at it.",
        words("another InstanceType, which stops and starts an instance or, seldom, replaces it"),
        _BEHAVIORS,
    ),
    Code(
        "CHANGE_MODIFY",
        "info",
        "a resource that will be changed in place",
        "It keeps its physical id; some changes stop and start a server all the same.",
        "Nothing, where it is meant.",
        words("another value of a tag"),
        _BEHAVIORS,
    ),
    Code(
        "CHANGE_REMOVE",
        "error",
        "a resource that will be removed",
        "It is in the stack and no longer in the template. Its DeletionPolicy says whether it outlives that.",
        "Put it back, or make sure that nothing needs it. `--fail-on remove` stops a pipeline at it.",
        words("a server that leaves the file, or whose logical id changes"),
    ),
    Code(
        "CHANGE_REPLACE",
        "error",
        "a resource that will be replaced",
        "A new one is made and the old one goes, with what is on it: a property changes that cannot change "
        "in place, or refers to a resource that is replaced.",
        "Take the change back where the data matters; `stateful: true` keeps the old server. `--fail-on "
        "replace` stops a pipeline at it.",
        words("another imageId"),
        _BEHAVIORS,
    ),
    Code(
        "REVIEW_IAM",
        "warning",
        "permissions that were not there before",
        "A role or policy allows more actions, resources or principals than it did.",
        "Have it looked at. `--fail-on iam` stops a pipeline at it.",
        words("a policy that goes from s3:Get* to iam:PassRole"),
    ),
    Code(
        "REVIEW_NETWORK",
        "warning",
        "a network that lets in, or out, more than before",
        "A security group's rule covers addresses or ports that none of the group covered, or a server "
        "gets a public address.",
        "Have it looked at. `--fail-on network` stops a pipeline at it.",
        words("a rule that goes from 10.0.0.0/8 to 0.0.0.0/0"),
    ),
    Code(
        "REVIEW_REMOVE",
        "warning",
        "a server that is removed and made anew, though it is the same",
        "Its serverId (or vmId) did not change, its logical id did, by which alone CloudFormation knows a resource: "
        "it removes the instance with its disks and makes a new one of the image. Mostly somebody edited vmName, "
        "or a group has become too large for its nested stack.",
        "Pin the name that it is launched under: `launch: {logicalId: App01}`. `--fail-on remove` stops a pipeline "
        "at it.",
        words("a vmName that is edited after the launch"),
    ),
    Code(
        "REVIEW_STACK",
        "warning",
        "a stack that would be left behind",
        "The application's name, appId or stackName is another one than that of what is deployed. A launch does not "
        "rename a stack: it would create a second one with every server again, and the first would run on.",
        "Say the stackName and appId of the stack that is there in the application file; or launch the new one and "
        "terminate the old one on purpose. `--fail-on stack` stops a pipeline at it, and so does `remove`.",
        words("an application file whose name is edited after the launch"),
    ),
    Code(
        "REVIEW_STATEFUL",
        "warning",
        "data that is removed, replaced or no longer encrypted",
        "The resource holds data: a volume, a database, a bucket, or a server that is stateful. The "
        "message says what becomes of the old data.",
        "Have it looked at; take a snapshot first. `--fail-on stateful` stops a pipeline at it.",
        words("another imageId of a stateful server"),
    ),
)
