"""What every test stands on."""

import os
import signal

import pytest
from hypothesis import settings

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
