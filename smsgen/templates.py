"""Where the Jinja2 templates are: inside the package in a wheel, at the top level in a checkout."""

from __future__ import annotations

import os


def folder(name: str) -> str:
    """Return the path of a folder of templates: `user_data`, `report` or `console`."""
    # os.path and not pathlib, which costs the cold start 5 ms.
    package = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - see above
    inside = os.path.join(package, "_templates")  # noqa: PTH118 - see above
    top = os.path.join(os.path.dirname(package), "templates")  # noqa: PTH118, PTH120 - see above
    return os.path.join(inside if os.path.isdir(inside) else top, name)  # noqa: PTH112, PTH118 - see above
