"""generate-template, whole process: its start, against the least a generator must do, its growth, and the CDK."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from bench.row import Command, Row, environment, medians
from samples.large import large_app

SMSGEN = Path(sys.executable).parent / "smsgen"
HERE = Path(__file__).parent
SIZES = (1_000, 5_000, 20_000)
CDK_VENV = Path.home() / ".cache" / "smsgen-bench" / "cdk"


def cold_start() -> Iterator[Row]:
    """Time a small file, where nearly all the time is Python's start and imports."""
    sample = "samples/three-tier.yaml"
    template, change_set, bare = medians(
        [
            [SMSGEN, "generate-template", sample],
            [SMSGEN, "generate-change-set", sample, "--offline"],
            [sys.executable, "-c", "pass"],
        ],
        40,
    )
    for name, ours, target in (("generate-template", template, 5), ("generate-change-set", change_set, 6)):
        note = f"{ours.seconds * 1e3:.0f} ms, python {bare.seconds * 1e3:.0f} ms"
        yield Row(
            f"{name} three-tier.yaml, whole process / python -c pass",
            ours.seconds / bare.seconds,
            target,
            note,
        )


def against_the_least() -> Iterator[Row]:
    """490 servers, against a script that only loads the file and dumps the finished template."""
    with tempfile.TemporaryDirectory() as folder:
        app, finished = _files(Path(folder))
        least = HERE / "load_and_dump.py"
        commands: list[Command] = []
        for format_ in ("json", "yaml"):
            commands.append([SMSGEN, "generate-template", app, "--format", format_])
            commands.append([sys.executable, least, app, finished, format_])
        json_, json_least, yaml_, yaml_least = medians(commands, 11)
    for name, ours, other, target in (("JSON", json_, json_least, 2.5), ("YAML", yaml_, yaml_least, 2)):
        note = f"{ours.seconds * 1e3:.0f} ms, load and dump {other.seconds * 1e3:.0f} ms"
        yield Row(f"490 servers to {name} / load and dump in C", ours.seconds / other.seconds, target, note)


def growth() -> Iterator[Row]:
    """Time and memory a server, beyond those of an app of one server: the most of three sizes over the least."""
    with tempfile.TemporaryDirectory() as folder:
        commands: list[Command] = []
        for servers in (1, *SIZES):
            app = Path(folder) / f"{servers}.yaml"
            app.write_text(large_app(servers, max(1, servers // 100)), encoding="utf-8")
            # One template to a file, nested ones to a folder.
            out = Path(folder) / (f"out-{servers}" if servers > 1 else "out.yaml")
            commands.append([SMSGEN, "generate-template", app, "-o", out])
        runs = medians(commands, 5)
    span = ", ".join(f"{servers:,}" for servers in SIZES)
    for what, unit, last, values in (
        ("time", "µs", f"{runs[-1].seconds:.1f} s", [run.seconds * 1e6 for run in runs]),
        ("memory", "KiB", f"{runs[-1].memory / 2**20:.0f} MiB", [run.memory / 1024 for run in runs]),
    ):
        each = [(value - values[0]) / servers for value, servers in zip(values[1:], SIZES, strict=True)]
        note = f"{', '.join(f'{one:.1f}' for one in each)} {unit}; {last} for the last"
        yield Row(f"{what} a server at {span}: most / least", max(each) / min(each), 1.2, note)


def against_cdk() -> Iterator[Row]:
    """Time the same 490 instances, written with aws-cdk-lib in Python and synthesised."""
    name = "490 instances with aws-cdk-lib / smsgen"
    python = _cdk_python()
    if python is None or which("node") is None:
        missing = (
            "Node is not installed" if python else f"pip install aws-cdk-lib, here or in a venv at {CDK_VENV}"
        )
        yield Row(name, None, 15, missing, at_least=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        app, _ = _files(Path(folder))
        ours_out, out = Path(folder) / "ours.json", Path(folder) / "cdk.out"
        ours_command: Command = [SMSGEN, "generate-template", app, "--format", "json", "-o", ours_out]
        subprocess.run([*map(str, ours_command)], check=True, stderr=subprocess.DEVNULL, env=environment())
        ours, cdk = medians([ours_command, [python, HERE / "with_cdk.py", ours_out, out]], 3)
        _same_instances(ours_out, out / "large.template.json")
    note = f"{cdk.seconds:.1f} s, smsgen {ours.seconds:.2f} s; aws-cdk-lib {_cdk_version(python)}"
    yield Row(name, cdk.seconds / ours.seconds, 15, note, at_least=True)


def _files(folder: Path) -> tuple[Path, Path]:
    """Write the application file of 490 servers, and its finished template, pickled; give their paths."""
    from smsgen import compile_app, load

    text = large_app(490, 10)
    app, finished = folder / "app.yaml", folder / "template.pickle"
    app.write_text(text, encoding="utf-8")
    finished.write_bytes(pickle.dumps(compile_app(load(text.encode(), "app.yaml").app).template.body))
    return app, finished


def _cdk_python() -> Path | None:
    """Return a Python that has aws-cdk-lib, or None."""
    if find_spec("aws_cdk") is not None:
        return Path(sys.executable)
    python = CDK_VENV / "bin" / "python"
    return python if python.exists() else None


def _cdk_version(python: Path) -> str:
    code = "from importlib.metadata import version; print(version('aws-cdk-lib'))"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def _same_instances(ours: Path, theirs: Path) -> None:
    """Raise RuntimeError unless both templates hold the same instances."""
    a, b = (
        {
            name: resource["Properties"]
            for name, resource in json.loads(path.read_text(encoding="utf-8"))["Resources"].items()
            if resource["Type"] == "AWS::EC2::Instance"
        }
        for path in (ours, theirs)
    )
    if a != b:
        raise RuntimeError("the CDK's template does not hold the same instances, so its time says nothing")


ROWS = (cold_start, against_the_least, growth, against_cdk)
