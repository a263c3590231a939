"""In CI a skip must not hide anything: there, a test that skips for a reason that is not listed here fails."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

MAY_SKIP = (
    "../shared",  # facts that are not ours to copy; what must hold without them is in tests/, as hashes
    "is not installed",  # PowerShell, fish, Graphviz: no package of ours
    "qemu-img",
    "only root can",
    "cannot be reached",  # the package registry; Docker's daemon
    "cannot be compiled within profile",  # a sample that profile sms refuses
    "Linux shows",  # this and what follows: other systems than CI's
    "Windows has no",
    "others are known by",
)
"""Parts of the reasons for which a test may be skipped in CI."""


def hides(reason: str) -> bool:
    """Whether a skip for this reason is none that CI allows."""
    return bool(os.environ.get("CI")) and not any(part in reason for part in MAY_SKIP)


def _failed(report: Any) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if report.outcome == "skipped" and not hasattr(report, "wasxfail") and hides(reason):
        report.outcome = "failed"
        report.longrepr = (
            f"{reason}\nIn CI a skip hides what is not tested: install it, or list it in tests/skips.py."
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """Fail a test that skips."""
    report = yield
    _failed(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """Fail a file that skips."""
    report = yield
    _failed(report)
    return report
