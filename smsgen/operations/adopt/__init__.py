"""Adopt running servers: they come into a stack as they are, and none of them is touched.

    EC2, MGN ──discover──▶ application file and snapshot ──plan──▶ change sets foretold ──run──▶ a stack that owns them
                                        └──────────check──────────▶ what differs, property by property

`properties` is the table that says what of a live server goes into a template; `resources` what that makes of one
server; `refusals` which servers cannot be adopted; `application` the file; `snapshot` what was seen; `rounds` how
servers come into the stack, a few at a time; `run` the steps, each of which can be interrupted and done again.
"""
