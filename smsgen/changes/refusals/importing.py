"""A change set that imports resources does nothing else.

"The only changes allowed in an import operation are the addition of new resources being imported":
https://docs.aws.amazon.com/cdk/v2/guide/ref-cli-cmd-import.html and
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smsgen.changes.compare import Comparison
from smsgen.changes.model import ResourceChange
from smsgen.errors import Diagnostic, InvalidInput

_HINT = "import first, with the template as it is deployed and what is imported; change the rest after that"


def allow_imports_alone(comparison: Comparison, changes: Iterable[ResourceChange]) -> None:
    """Raise InvalidInput, in CloudFormation's words, where anything changes that is not imported."""
    problems = [*_resources(changes), *_outputs(comparison)]
    if problems:
        raise InvalidInput(problems)


def _resources(changes: Iterable[ResourceChange]) -> Iterator[Diagnostic]:
    names = [change.logical_resource_id for change in changes if _is_modified(change)]
    if names:
        message = (
            f"You have modified resources [{', '.join(names)}] in your template that are not being imported."
            " Update, create or delete operations cannot be executed during import operations."
        )
        yield Diagnostic("IMPORT", message, _HINT, path=("Resources", names[0]))


def _is_modified(change: ResourceChange) -> bool:
    """Return whether the template changes a resource; a nested stack that may change by itself is none."""
    automatic = bool(change.details) and all(detail.change_source == "Automatic" for detail in change.details)
    return change.action != "Import" and not automatic


def _outputs(comparison: Comparison) -> Iterator[Diagnostic]:
    if comparison.before.stack.resources and comparison.before.outputs() != comparison.after.outputs():
        message = "As part of the import operation, you cannot modify or add [Outputs]"
        yield Diagnostic("IMPORT", message, _HINT, path=("Outputs",))
