"""What stands elsewhere -> App."""
