"""A template as data: knows no app."""
