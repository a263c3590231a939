"""Tests: they mirror smsgen/ file for file."""
