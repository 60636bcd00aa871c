"""Alembic's entry point: works on the connection that `storage.database` hands over; there is no alembic.ini."""

from alembic import context

from storage.models import Base


def run() -> None:
    """Run the migrations on the connection given in the configuration's attributes."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
