"""`python -m smsgen` and the `smsgen` script."""

import sys

from smsgen.startup.process import run_and_exit


def main() -> None:
    """Run the command line and end the process with its exit code."""

    def command() -> int:
        from smsgen.cli import run

        return run(sys.argv[1:])

    run_and_exit(command)


if __name__ == "__main__":
    main()
