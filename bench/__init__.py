"""Benchmarks with ratios: `python -m bench`."""
