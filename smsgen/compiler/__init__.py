"""App -> Template(s)."""
