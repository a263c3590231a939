"""`python -m smsgen` and the `smsgen` script."""

import gc
import os
import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    # A command is short: collecting garbage while modules load costs more than it frees. Long ones switch it on.
    gc.disable()
    from smsgen.cli import run

    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    # Everything is flushed and nothing is left to clean up: skip taking the interpreter down piece by piece.
    os._exit(code)


if __name__ == "__main__":
    main()
