"""What keeps the start of a short command short: each trick has its file, and no other room knows how it works.

| trick | file | what it buys, of 10 ms for bare Python |
|---|---|---|
| stand-ins for what troposphere loads and templates never need | `light_troposphere.py`, `late.py` | 20 ms |
| no collector of garbage, and no taking down of the interpreter | `process.py` | 7 ms |
| nine of troposphere's three hundred EC2 classes | `generated/troposphere_classes.py` | 6 ms |
| PyYAML's patterns, compiled at their first use | `light_pyyaml.py`, `late.py` | 6 ms |

Once the library is loaded, nothing is patched for others: a stand-in is in `sys.modules` only while troposphere or
PyYAML is imported for the first time, and whoever imports that module later gets the real one (`docs/python.md`).
"""
