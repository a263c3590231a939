"""tools/recreation_decisions.tsv: where sources disagree on what replaces, which side was taken, and why.

Run by hand, for it asks the npm and PyPI registries: `python -m tools.recreation_sources`. It holds the
schemas that cfn-lint ships, which smsgen's table is made of, against four other sources:

* the CDK's database (@aws-cdk/aws-service-spec, Apache-2.0): CloudFormation's resource specification, frozen in
  2023, on which the `createOnlyProperties` of the schemas of three Regions were added and never taken away. It
  does not read `conditionalCreateOnlyProperties`;
* the resource specification of March 2023 (@aws-cdk/cfnspec, Apache-2.0) and of October 2024 (cfn-lint 0.87.11,
  MIT-0), whose UpdateType is the documentation's "Update requires": Immutable is Replacement, Conditional is
  Some interruptions;
* the schemas of June 2024 (cfn-lint 1.3.0, MIT-0), which tell what AWS has changed since from what was never so.

Every disagreement is listed, and every property of AWS::EC2::*. A line that no rule decides is an error: it
needs a judgement in tools/recreation_judgements.py.
"""

import gzip
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from smsgen.local.replacing import write_file
from tools import recreation
from tools.recreation_judgements import JUDGEMENTS, Judgement

FILE = Path(__file__).with_name("recreation_decisions.tsv")
NPM = ("@aws-cdk/aws-service-spec@0.1.216", "@aws-cdk/cfnspec@2.72.1")
PYPI = ("cfn-lint==0.87.11", "cfn-lint==1.3.0")
WHOLE = "AWS::EC2::"
"""The service of which every property is listed: the one smsgen is for."""

Words = dict[tuple[str, str], str]
"""(type, property) -> Never, Conditionally, Always or Part."""

_RANK = {"-": -1, "Never": 0, "Part": 1, "Conditionally": 2, "Always": 3}
_UPDATE_TYPES = {"Mutable": "Never", "Conditional": "Conditionally", "Immutable": "Always"}
_CAUSES_REPLACEMENT = {"no": "Never", "maybe": "Conditionally", "yes": "Always"}


class Line(NamedTuple):
    """One property: what each source says (`-`: nothing), what smsgen answers, by which rule or judgement."""

    type_name: str
    property_name: str
    schema: str
    cdk: str
    docs_2024: str
    docs_2023: str
    schema_2024: str
    answer: str = ""
    rule: str = ""
    why: str = ""

    def others(self) -> set[str]:
        """Return what the sources beside the schemas say."""
        return {self.cdk, self.docs_2024, self.docs_2023} - {"-"}


class Rule(NamedTuple):
    """Why the schema's side is taken; the first that holds names the line."""

    name: str
    why: str
    holds: Callable[[Line], bool]


RULES = (
    Rule(
        "agree",
        "every source that knows the property says so",
        lambda line: bool(line.others()) and line.others() == {line.schema},
    ),
    Rule("schema-only", "younger than the other sources", lambda line: not line.others()),
    Rule(
        "part",
        "the schema names a part of the property; the values decide",
        lambda line: line.schema == "Part",
    ),
    Rule(
        "stricter",
        "create-only in today's schema, so that CloudFormation cannot update it in place",
        lambda line: line.schema == "Always",
    ),
    Rule(
        "conditional",
        "conditionalCreateOnlyProperties of today's schema, which the CDK does not read and older sources lacked",
        lambda line: line.schema == "Conditionally",
    ),
    Rule(
        "docs-followed",
        "the documentation of October 2024 already says what the schema says; older sources do not",
        lambda line: line.docs_2024 == line.schema,
    ),
    Rule(
        "lifted",
        "create-only in the schema of June 2024 and no longer: AWS has made it updatable since",
        lambda line: _RANK[line.schema_2024] > _RANK[line.schema],
    ),
    Rule(
        "cdk-only",
        "no documentation says so, only the CDK's union of older and other Regions' schemas",
        lambda line: line.docs_2024 == line.docs_2023 == "-",
    ),
    Rule(
        "long-gone",
        "the schema of June 2024 does not have it either, and the documentation of October 2024 is silent",
        lambda line: line.schema_2024 == line.schema and line.docs_2024 == "-",
    ),
)

_BY_HANDLERS = (
    Rule(
        "no-handlers",
        "only the type's own code knows, as change sets of such types say",
        lambda line: line.schema == "NoHandlers",
    ),
    Rule(
        "no-update-handler",
        "the schema names no update handler, so that CloudFormation can only replace",
        lambda line: line.schema == "NoUpdate",
    ),
)
_ANSWERS = {"NoHandlers": "Conditionally", "NoUpdate": "Always", "Part": "Conditionally"}


def main() -> int:
    """Ask the registries, write the list, and give the exit code: 1 where a line is undecided."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [_decided(line) for line in _lines(Path(folder)) if _is_listed(line)]
    undecided = [line for line in lines if not line.rule]
    for line in undecided:
        print(f"undecided, judge it in tools/recreation_judgements.py: {' '.join(line)}", file=sys.stderr)
    if undecided:
        return 1
    write_file(str(FILE), _text(lines).encode())
    print(f"{FILE.name}: {len(lines)} lines")
    return 0


def read() -> list[Line]:
    """Read the committed list."""
    rows = [row for row in FILE.read_text(encoding="utf-8").splitlines() if not row.startswith("#")]
    return [Line(*row.split("\t")) for row in rows[1:]]


def _text(lines: Iterable[Line]) -> str:
    import cfnlint.version

    sources = (f"cfn-lint=={cfnlint.version.__version__} (schema)", *NPM, *PYPI)
    head = (
        "# GENERATED by `python -m tools.recreation_sources`, which says what the sources are.",
        f"# Of {', '.join(sources)}.",
        *(f"# {rule.name}: {rule.why}" for rule in (*RULES, *_BY_HANDLERS)),
        "\t".join(Line._fields),
    )
    return "".join(f"{row}\n" for row in (*head, *("\t".join(line) for line in lines)))


def _is_listed(line: Line) -> bool:
    return (
        line.type_name.startswith(WHOLE)
        or line.schema == "NoUpdate"
        or (line.schema != "NoHandlers" and bool(line.others() - {line.schema}))
    )


def _decided(line: Line) -> Line:
    judgement = _JUDGED.get((line.type_name, line.property_name))
    if judgement:
        why = f"{judgement.why} ({judgement.source})"
        return line._replace(answer=judgement.answer, rule="judged", why=why)
    rule = next((rule for rule in (*_BY_HANDLERS, *RULES) if rule.holds(line)), None)
    return line._replace(answer=_ANSWERS.get(line.schema, line.schema), rule=rule.name) if rule else line


_JUDGED: dict[tuple[str, str], Judgement] = {
    (judgement.type_name, judgement.property_name): judgement for judgement in JUDGEMENTS
}


def _lines(folder: Path) -> Iterator[Line]:
    today = recreation.schemas()
    service_spec, cfnspec = (_npm(name, folder) for name in NPM)
    old_lint, lint_2024 = (_wheel(name, folder) for name in PYPI)
    sources = (
        _cdk(service_spec),
        _specification(old_lint.read("cfnlint/data/CloudSpecs/us-east-1.json")),
        _specification(_member(cfnspec, "package/spec/specification.json")),
        _schemas(_us_east_1(lint_2024)),
    )
    for type_name, schema in sorted(today.items()):
        for name in recreation.writable(schema):
            said = (source.get((type_name, name), "-") for source in sources)
            yield Line(type_name, name, word(schema, name), *said)


def word(schema: Any, name: str) -> str:
    """Return what a schema says of a property, NoHandlers and NoUpdate where its handlers say it for all."""
    handlers = schema.get("handlers")
    if not handlers:
        return "NoHandlers"
    words = recreation.property_words(schema)
    if name in words:
        return "Always"
    if "update" not in handlers:
        return "NoUpdate"
    if f"?{name}" in words:
        return "Conditionally"
    return "Part" if any(path.lstrip("?").startswith(f"{name}/") for path in words) else "Never"


def _schemas(schemas: Iterable[Any]) -> Words:
    """Return what schemas say that have handlers: without them a schema is no more than the documentation."""
    return {
        (schema["typeName"], name): word(schema, name)
        for schema in schemas
        if schema.get("handlers")
        for name in recreation.writable(schema)
    }


def _specification(text: bytes) -> Words:
    return {
        (type_name, name): _UPDATE_TYPES[declared["UpdateType"]]
        for type_name, resource in json.loads(text)["ResourceTypes"].items()
        for name, declared in resource.get("Properties", {}).items()
        if "UpdateType" in declared
    }


def _cdk(package: Path) -> Words:
    database = json.loads(gzip.decompress(_member(package, "package/db.json.gz")))
    return {
        (resource["cloudFormationType"], name): _CAUSES_REPLACEMENT[declared.get("causesReplacement", "no")]
        for resource in database["schema"]["resource"]["entities"]
        for name, declared in resource["properties"].items()
    }


def _npm(name: str, folder: Path) -> Path:
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), name]
    return folder / subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _wheel(requirement: str, folder: Path) -> zipfile.ZipFile:
    target = folder / requirement
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*command, "--dest", str(target), requirement], check=True)
    return zipfile.ZipFile(next(target.glob("*.whl")))


def _member(package: Path, name: str) -> bytes:
    with tarfile.open(package) as archive:
        member = archive.extractfile(name)
        return member.read() if member else b""


def _us_east_1(wheel: zipfile.ZipFile) -> Iterator[Any]:
    for name in wheel.namelist():
        if name.startswith("cfnlint/data/schemas/providers/us_east_1/") and name.endswith(".json"):
            yield json.loads(wheel.read(name))


if __name__ == "__main__":
    sys.exit(main())
