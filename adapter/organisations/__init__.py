"""The ODS directory as at a date: roles, branches, sites, successors. Files are parsed into releases (`parse.py`),
releases build a directory (`directory.py`), the directory resolves codes (`resolution.py`).
"""
