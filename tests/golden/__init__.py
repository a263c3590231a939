"""Goldens: what each sample compiles to, byte for byte."""
