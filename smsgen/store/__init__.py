"""The port AppStore, of SQLAlchemy Core: SQLite by default, PostgreSQL by URL."""
