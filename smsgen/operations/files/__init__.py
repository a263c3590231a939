"""Use cases on files, offline."""
