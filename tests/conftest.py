"""What every test stands on."""

import gc
import os
import signal
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import settings

from tests.skips import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

# No deadline for an example: how long one takes depends on what else the machine does, and speed is measured in bench/.
# In CI the examples are the same each time, so that a failure there is one of the change and not of the draw.
settings.register_profile("smsgen", deadline=None, max_examples=50, derandomize=bool(os.environ.get("CI")))
# `pytest --hypothesis-profile=thorough`: after a change of what the laws are about.
settings.register_profile("thorough", deadline=None, max_examples=1_000)
settings.load_profile("smsgen")

# A shell without job control starts what runs in the background with Ctrl-C ignored, and children inherit that: tests
# that interrupt a command would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what the load tests measured."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    lines = [
        text for one in reports if one.when == "call" for name, text in one.user_properties if name == "load"
    ]
    if lines:
        terminalreporter.section("load")
    for line in lines:
        terminalreporter.line(str(line))


def pytest_collection_finish() -> None:
    """Take what is there by now, all modules and tests, out of the collector's sight: it ends with the process."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _models_are_read_once() -> Iterator[None]:
    """Let the boto3 sessions of one process share what botocore has read of its service models.

    Parsing them is most of what making a client costs (S3's and EC2's take 0.1 to 0.3 s), and each test makes its own.
    A session with a data path of its own (`AWS_DATA_PATH`, as after `smsgen install-model`) reads for itself.
    """
    if find_spec("botocore") is None:
        yield
        return
    import botocore.session

    create, read = botocore.session.create_loader, {}

    def create_loader(search_path: str | None = None) -> Any:
        loader = create(search_path)
        if not search_path:
            loader._cache = read
        return loader

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", create_loader)
        yield


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the applications that are compiled, in order: the one place that compiles is watched."""
    from smsgen.operations.files import generate_template

    names: list[str] = []
    compile_app = generate_template.compile_app

    def watched(app: Any, **more: Any) -> Any:
        names.append(app.name)
        return compile_app(app, **more)

    monkeypatch.setattr(generate_template, "compile_app", watched)
    return names
