"""Run a command to its end and time it: `python -I -S bench/spawn.py COMMAND...` prints seconds and bytes as JSON.

A process of its own, and a small one: Linux counts what a process held before exec(2) as memory of what it became
(getrusage(2), ru_maxrss), so that a child of the benchmark itself would never seem smaller than the benchmark.
"""

import json
import os
import sys
import time


def main(command: list[str]) -> int:
    """Print the command's wall-clock seconds and the most memory it held, in bytes; give its exit code."""
    # ru_maxrss is in KiB on Linux and in bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    nowhere = os.open(os.devnull, os.O_WRONLY)
    to_nowhere = [(os.POSIX_SPAWN_DUP2, nowhere, 1), (os.POSIX_SPAWN_DUP2, nowhere, 2)]
    started = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=to_nowhere)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "memory": usage.ru_maxrss * unit}))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
