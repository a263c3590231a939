"""What CloudFormation refuses of a change set that imports resources: it does nothing else.

"The only changes allowed in an import operation are the addition of new resources being imported":
https://docs.aws.amazon.com/cdk/v2/guide/ref-cli-cmd-import.html and
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from smsgen.changes.compare import Comparison
from smsgen.changes.identifiers import Identifier, full_identifier, identifier_keys, wrong_keys
from smsgen.changes.model import ResourceChange
from smsgen.errors import Diagnostic, InvalidInput

MOST_IMPORTS = 200
"""Resources that one change set imports (ResourcesToImport of CreateChangeSet)."""

_HINT = "import first, with the template as it is deployed and what is imported; change the rest after that"
_ROUNDS = f"import at most {MOST_IMPORTS} at once, and the others after that"


def refuse_imports(
    imports: Mapping[str, Identifier], resources: Mapping[str, Any], deployed: Mapping[str, Any]
) -> None:
    """Raise InvalidInput where what is to be imported cannot be. `resources`: those of the template by logical id;
    `deployed`: those of the stack.
    """
    types = {name: _type(resources[name]) for name in sorted(imports) if name in resources}
    problems = [
        *_too_many(imports),
        *_absent(imports, resources, deployed),
        *_unsupported(types),
        *_identifiers(imports, types),
        *_unprotected(imports, resources, deployed),
    ]
    if problems:
        raise InvalidInput(problems)


def allow_imports_alone(
    comparison: Comparison, changes: Iterable[ResourceChange], tags: Mapping[str, str] | None
) -> None:
    """Raise InvalidInput, in CloudFormation's words, where anything changes that is not imported.

    `tags`: those that the stack itself is to have; a new stack that imports can be given none.
    """
    listed = tuple(changes)
    problems = [*_missing(listed), *_modified(listed), *_outputs(comparison), *_tags(comparison, tags)]
    if problems:
        raise InvalidInput(problems)


def _type(resource: Any) -> str:
    return str(resource.get("Type", "")) if isinstance(resource, dict) else ""


def _error(message: str, hint: str = "", *path: str) -> Diagnostic:
    return Diagnostic("IMPORT", message, hint, path=path or ("Resources",))


def _too_many(imports: Mapping[str, Identifier]) -> Iterator[Diagnostic]:
    if len(imports) > MOST_IMPORTS:
        message = (
            "1 validation error detected: Value at 'resourcesToImport' failed to satisfy constraint: Member must have"
            f" length less than or equal to {MOST_IMPORTS}"
        )
        yield _error(message, f"{len(imports)} are asked for: {_ROUNDS}")


def _absent(
    imports: Mapping[str, Identifier], resources: Mapping[str, Any], deployed: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    for name in sorted(imports):
        if name not in resources:
            yield _error(
                f"the resource to import, {name}, is not in the template",
                "add it as it is, with all its properties; what is in a nested stack cannot be imported",
            )
        elif name in deployed:
            yield _error(f"{name} belongs to the stack already and cannot be imported", "", "Resources", name)


def _unsupported(types: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Refuse types without a read handler, in the words reported in coverage-roadmap#1442."""
    unsupported = sorted({type_name for type_name in types.values() if not identifier_keys(type_name)})
    if unsupported:
        name = next(name for name, type_name in types.items() if type_name == unsupported[0])
        message = f"ResourceTypes [{', '.join(unsupported)}] are not supported for Import"
        yield _error(
            message, "leave them out of the import, and add them in an update after it", "Resources", name
        )


def _identifiers(imports: Mapping[str, Identifier], types: Mapping[str, str]) -> Iterator[Diagnostic]:
    for name, type_name in types.items():
        keys = identifier_keys(type_name)
        lacking, needless = wrong_keys(type_name, full_identifier(type_name, imports[name]))
        if keys and (lacking or needless):
            fault = f"lacks {', '.join(sorted(lacking))}" if lacking else f"has {', '.join(sorted(needless))}"
            yield _error(
                f"the identifier of {name} {fault}",
                f"a resource of type {type_name} is identified by {', '.join(keys)}",
                "Resources",
                name,
            )


def _unprotected(
    imports: Mapping[str, Identifier], resources: Mapping[str, Any], deployed: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    names = [
        name
        for name in sorted(imports)
        if name in resources and name not in deployed and "DeletionPolicy" not in resources[name]
    ]
    if names:
        message = (
            f"The following resources to import [{', '.join(names)}] must have DeletionPolicy attribute specified"
            " in the template."
        )
        yield _error(message, "Retain keeps the resource when the import fails", "Resources", names[0])


def _missing(changes: Iterable[ResourceChange]) -> Iterator[Diagnostic]:
    names = [change.logical_resource_id for change in changes if change.action in ("Add", "Dynamic")]
    if names:
        message = f"Resources [{', '.join(names)}] is missing from ResourceToImport list"
        yield _error(
            message,
            "an import creates nothing: say what exists already, and add the rest later",
            "Resources",
            names[0],
        )


def _modified(changes: Iterable[ResourceChange]) -> Iterator[Diagnostic]:
    names = [change.logical_resource_id for change in changes if _is_modified(change)]
    if names:
        message = (
            f"You have modified resources [{', '.join(names)}] in your template that are not being imported."
            " Update, create or delete operations cannot be executed during import operations."
        )
        yield _error(message, _HINT, "Resources", names[0])


def _is_modified(change: ResourceChange) -> bool:
    """Return whether the template changes a resource; a nested stack that may change by itself is none."""
    automatic = bool(change.details) and all(detail.change_source == "Automatic" for detail in change.details)
    return change.action in ("Modify", "Remove") and not automatic


def _outputs(comparison: Comparison) -> Iterator[Diagnostic]:
    """Refuse outputs that are new or changed; of a new stack that is every output."""
    if comparison.before.outputs() != comparison.after.outputs():
        yield _error("As part of the import operation, you cannot modify or add [Outputs]", _HINT, "Outputs")


def _tags(comparison: Comparison, tags: Mapping[str, str] | None) -> Iterator[Diagnostic]:
    if tags and not comparison.before.stack.template:
        yield _error(
            "As part of the import operation, a new stack cannot be given [Tags]", "give them in an update"
        )
