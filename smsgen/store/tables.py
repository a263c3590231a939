"""The tables. An application is one row: its document is the ManagedApp as JSON (`codec.py`), so that a field more in
the model is no migration. Beside it stands only what the database itself must decide on.

Documents are text and not the database's JSON: written in ASCII they hold every character, U+0000 too, in both.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
}
"""Names of constraints, so that a migration can name what it changes."""

METADATA = MetaData(naming_convention=NAMES)

# Ids in the order of their bytes, as Python and SQLite sort: a page ends where the next one begins.
_ID = String(64).with_variant(String(64, collation="C"), "postgresql")
_COUNTER = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts INTEGER keys only

APPS = Table(
    "apps",
    METADATA,
    Column("app_id", _ID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    Column("summary", Text, nullable=False, server_default=text("''")),
    Column("summarized", BigInteger, nullable=False, server_default=text("0")),
)
"""`version` grows with every write, and across a deletion: see META. `summary` is the Summary as JSON, so that a list
of applications reads no documents, and `summarized` the version it is of: an older smsgen writes documents only.
"""

SERVERS = Table(
    "servers",
    METADATA,
    Column("server_id", String(255), primary_key=True),
    Column("app_id", _ID, ForeignKey("apps.app_id", ondelete="CASCADE"), nullable=False),
    Index(None, "app_id"),
)
"""Which server is in which application: the key makes it one at most."""

JOBS = Table(
    "jobs",
    METADATA,
    Column("seq", _COUNTER, primary_key=True),
    Column("job_id", String(64), nullable=False, unique=True),
    Column("subject", _ID, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("lane", _ID, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("owner", String(255), nullable=False),
    Column("until", Float(53), nullable=False),
    Column("reach", Float(53), nullable=False),
    Column("created", Float(53), nullable=False),
    Index(None, "subject", "seq"),
    Index(None, "lane", "seq"),
)
"""Work in the background, in the order of `seq`. A job can be taken once `until` has passed, or where it lies more than
`reach` seconds ahead: no lease and no pause is longer than that, so a clock was set back meanwhile.
"""

TOKENS = Table(
    "tokens",
    METADATA,
    Column("operation", String(64), primary_key=True),
    Column("token", String(64), primary_key=True),
    Column("request", String(255), nullable=False),
    Column("app_id", String(64), nullable=False),
    Column("created", Float(53), nullable=False),
    Index(None, "created"),
)
"""Client tokens that were used: `token` is the SHA-256 of one, as the API gives them no length."""

RECORDS = Table(
    "records",
    METADATA,
    Column("kind", String(16), primary_key=True),
    Column("record_id", _ID, primary_key=True),
    Column("parent", _ID, nullable=False),
    Column("place", _ID, nullable=False),
    Column("holds", String(255)),
    Column("version", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    UniqueConstraint("kind", "holds"),
    Index(None, "kind", "parent", "place"),
)
"""Connectors, the server catalog, replication jobs and their runs (`records.py` has the kinds): a row each, in the
order of `place` below their `parent`. `holds` is what only one record of a kind has: a job's server as long as the job
lives.
"""

META = Table(
    "meta",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
"""`secret`: a random key that all servers share. `writable`: written to see whether that can be. `last_version`: the
highest version of a deleted application; one that is made again under its id goes on above it, so that who has read the
old one cannot write over the new one.
"""
