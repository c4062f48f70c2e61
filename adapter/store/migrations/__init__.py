"""The schema's history, run by Alembic when a database is opened."""

HEAD = "0011"
"""The newest revision: a database that is there already needs no Alembic. A test holds that it is the newest."""
