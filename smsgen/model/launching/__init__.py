"""The larger parts of a launch configuration: what each holds, and the table of its fields, a file a subject."""
