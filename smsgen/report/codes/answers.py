"""Codes of `smsgen import-app`: what `aws sms` printed, joined to applications."""

from smsgen.report.codes.entry import Code, words

CODES = (
    Code(
        "NOT_CARRIED_ON",
        "warning",
        "a launch, or a replication, that was under way in SMS",
        "SMS has ended, and nobody carries it on. The application stands as if it had failed, or had not "
        "begun.",
        "Look at the application's stack in CloudFormation.",
        words("an answer of get-app whose launchStatus is LAUNCH_IN_PROGRESS"),
    ),
    Code(
        "NOT_LISTED",
        "error",
        "a launch configuration of a group or server that get-app does not list",
        "The two answers are of different times, or of different applications.",
        "Give answers of the same time.",
        words("get-app and get-app-launch-configuration, with a server removed in between"),
    ),
    Code(
        "NO_APP",
        "error",
        "a replication configuration without its application",
        "The answer does not say of which application it is, and none of the applications given has its "
        "servers.",
        "Add what `aws sms get-app` printed of the application.",
        words("smsgen import-app get-app-replication-configuration.json"),
    ),
    Code(
        "NO_GET_APP",
        "warning",
        "an application that is known by its launch configuration only",
        "Its name, its tags and the names of its groups are in what get-app prints.",
        "Add that, or mend the names in the result.",
        words("smsgen import-app get-app-launch-configuration.json"),
    ),
    Code(
        "TWICE",
        "error",
        "an application, or an answer, that was given twice",
        "smsgen cannot tell which of the two holds.",
        "Give each once; give each application its own appId.",
        words("smsgen import-app get-app.json get-app-again.json"),
    ),
)
