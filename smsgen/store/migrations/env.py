"""What Alembic runs: the migrations, in the transaction that `schema.py` holds, on its connection."""

from alembic import context

from smsgen.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
