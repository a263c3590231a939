"""What is installed works: the wheel, in an empty environment, with what the package registry has."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OFFLINE = {
    "--version": "smsgen ",
    "schema": '"$schema"',
    "generate-template samples/scripts.yaml": "cfn-signal",
    "generate-template samples/three-tier.yaml --format json": '"AWS::EC2::Instance"',
    "validate samples/three-tier.yaml": "",
    "iam-policy --help": "smsgen iam-policy",
    "generate-change-set --help": "smsgen generate-change-set",
}
"""Command line -> what its output holds; none of them needs boto3, which is not installed here."""


def run(*command: str | Path, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, command)], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of scripts of an environment that holds the wheel and its dependencies, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT)
    _skip_without_registry(built)
    (wheel,) = folder.glob("*.whl")
    # Without ensurepip, which takes longer than all the rest: the pip that runs this test installs into it.
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    done = run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", wheel)
    _skip_without_registry(done)
    return python.parent


def _skip_without_registry(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode and ("NewConnectionError" in done.stderr or "No matching distribution" in done.stderr):
        pytest.skip("the package registry cannot be reached")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("line", OFFLINE)
def test_an_offline_command_works_without_boto3(installed: Path, line: str) -> None:
    done = run(installed / "smsgen", *line.split())
    assert done.returncode == 0, done.stderr
    assert OFFLINE[line] in done.stdout


def test_only_the_wheel_is_there(installed: Path) -> None:
    python = installed / "python"
    assert "No module named 'boto3'" in run(python, "-c", "import boto3", folder=installed).stderr
    where = run(python, "-c", "import smsgen; print(smsgen.__file__)", folder=installed).stdout
    assert where.startswith(str(installed.parent))


def test_a_command_for_aws_says_what_to_install(installed: Path) -> None:
    done = run(installed / "smsgen", "pull", "shop")
    assert done.returncode == 1
    assert "'.[aws]'" in done.stderr


def test_templates_and_types_are_in_the_wheel(installed: Path) -> None:
    (package,) = installed.parent.glob("lib/python*/site-packages/smsgen")
    assert (package / "py.typed").exists()
    assert {path.name for path in (package / "_templates" / "user_data").iterdir()} == {
        path.name for path in (ROOT / "templates" / "user_data").iterdir()
    }


USER = """
import smsgen

app: smsgen.App = smsgen.load_app("shop.yaml")
made = smsgen.generate_template(app, format="json")
text: str = made.text
codes: list[str] = [found.code for found in smsgen.validate(app)]
actions: list[str] = [change.action for change in smsgen.generate_change_set(app, made.template).changes]
word: str = smsgen.requires_recreation("AWS::EC2::Instance", "ImageId")
made.colour
smsgen.generate_template(app, format=1)
smsgen.dump(1)
"""


def test_a_type_checker_knows_the_public_names(installed: Path, tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy comes with smsgen[dev]")
    (tmp_path / "user.py").write_text(USER)
    options = ("--strict", "--python-executable", installed / "python", "--no-error-summary")
    done = run(sys.executable, "-m", "mypy", *options, "user.py", folder=tmp_path)
    found = [line.partition(": error: ") for line in done.stdout.splitlines()]
    assert [(where, what.rpartition("[")[2]) for where, _, what in found] == [
        ("user.py:10", "attr-defined]"),
        ("user.py:11", "arg-type]"),
        ("user.py:12", "arg-type]"),
    ], done.stdout + done.stderr


def test_a_store_opens_and_comes_up_to_date_with_what_is_in_the_wheel(
    installed: Path, tmp_path: Path
) -> None:
    extra = tmp_path / "extra"
    done = run(
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--target",
        extra,
        "sqlalchemy>=2.0.30",
        "alembic>=1.13",
    )
    _skip_without_registry(done)
    code = (
        f"import sys; sys.path.append({str(extra)!r})\n"
        "from smsgen.store import open_store, schema\n"
        f"store = open_store('sqlite:///{tmp_path}/store.db')\n"
        "store.ping(); print(schema.VERSION, schema.__file__)"
    )
    done = run(installed / "python", "-c", code, folder=installed)
    assert done.returncode == 0, done.stderr
    assert str(installed.parent) in done.stdout
