"""Listings -> application files: place ──▶ applications ──entries──▶ texts ──merge──▶ files, one an application.

Every row of a list ends as a server of an application, or in a diagnostic that says why not. Nothing here asks a
clock or a network, and equal lists give equal files, in whatever order their rows stand.
"""
