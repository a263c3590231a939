"""What a process that stays does with its garbage."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import gc
import json
gc.disable()
from smsgen.startup import process
process.stay()
process.settle()
assert gc.isenabled()
modules = [one for one in gc.get_objects() if one is json.__dict__]
print(gc.get_freeze_count() > 1_000, modules)
"""


def test_a_collection_leaves_out_what_was_there_when_the_server_began() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == "True []\n"
