"""How Sphinx builds the pages (https://www.sphinx-doc.org/en/master/usage/configuration.html): `make docs`."""

import os
import subprocess
import sys
from importlib.metadata import version as installed_version

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

project = "smsgen"
author = copyright = "the smsgen authors"  # noqa: A001 - Sphinx's name
version = release = installed_version("smsgen")

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3

# `x` in a docstring is code.
default_role = "code"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_class_signature = "mixed"
python_use_unqualified_type_names = True
autodoc_preserve_defaults = True

html_theme = "furo"
html_title = "smsgen"
html_static_path: list[str] = []
html_show_sphinx = False
html_copy_source = False


class CommandHelp(SphinxDirective):
    """What `smsgen COMMAND --help` prints: ```{command-help} COMMAND [STEP]```."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Run the command as a reader would."""
        environment = {**os.environ, "COLUMNS": "92", "NO_COLOR": "1"}
        command = [sys.executable, "-m", "smsgen", *self.arguments, "--help"]
        shown = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
        return [nodes.literal_block(shown, shown, language="text")]


def setup(app: Sphinx) -> None:
    """Add the directive."""
    app.add_directive("command-help", CommandHelp)
