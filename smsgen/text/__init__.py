"""Text to plain data that remembers where each value stood."""
