"""The schema's versions: one file each in versions/, run in order by `schema.py`."""
