"""What `python -m tools` writes: tables and classes."""
