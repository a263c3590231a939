"""Writes the generated files of smsgen again: `python -m tools` (`--check`: exit 1 where one is stale).

Each generator is a module with `FILE`, the path it writes from the top of the repository, and
`generate() -> str`.
"""
