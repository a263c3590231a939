"""Use cases on applications in the store."""
