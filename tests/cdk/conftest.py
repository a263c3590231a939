"""Synthesising in this process: one kernel of Node for all tests of a worker."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

cdk = pytest.importorskip("aws_cdk", reason="aws-cdk-lib comes with smsgen[cdk]")

Synthesise = Callable[..., dict[str, Any]]


@pytest.fixture
def stack(tmp_path: Path) -> Any:
    """A stack of an app that writes into a folder of the test's own."""
    return cdk.Stack(cdk.App(outdir=str(tmp_path / "cdk.out"), analytics_reporting=False), "S")


@pytest.fixture
def synthesised(stack: Any) -> Callable[[], dict[str, Any]]:
    """Return the stack's template, without what the CDK adds for its bootstrapping."""

    def made() -> dict[str, Any]:
        out = Path(stack.node.root.synth().directory)
        template = json.loads((out / "S.template.json").read_text())
        template.pop("Rules", None)
        template.get("Parameters", {}).pop("BootstrapVersion", None)
        return {name: section for name, section in template.items() if section}

    return made
