"""The least that any generator of templates must do: `python load_and_dump.py APP TEMPLATE yaml|json`.

Reads the application file with PyYAML's C loader, and writes a finished template, which it unpickles, with `json`
(indented) or with PyYAML's C dumper. smsgen is measured against this.
"""

import json
import pickle
import sys

import yaml

_, app, finished, format_ = sys.argv
with open(app, "rb") as file:  # noqa: PTH123 - pathlib would cost it time that smsgen does not spend
    yaml.load(file, Loader=yaml.CSafeLoader)
with open(finished, "rb") as file:  # noqa: PTH123 - as above
    template = pickle.load(file)
if format_ == "json":
    json.dump(template, sys.stdout, indent=2, ensure_ascii=False)
else:
    yaml.dump(template, sys.stdout, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
