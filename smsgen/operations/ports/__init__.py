"""Protocols, and the records they speak in."""
