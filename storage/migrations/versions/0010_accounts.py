"""Four roles, a second factor, sessions on the server, recovery codes, and invitations.

An `analyst` becomes a `reviewer`, who may do the same as before; an `admin` stays one. Nobody becomes a viewer or a
lead: whoever runs the installation decides that with `kiemtin users role`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_accounts"
down_revision = "0009_plain_names"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
OLD_ROLES = "role IN ('analyst', 'admin')"
NEW_ROLES = "role IN ('viewer', 'reviewer', 'lead', 'admin')"


def upgrade() -> None:
    """Bring the tables forward."""
    _change_roles(OLD_ROLES, NEW_ROLES, "UPDATE users SET role = 'reviewer' WHERE role = 'analyst'")
    op.add_column("users", sa.Column("totp_seed", sa.String(length=64), nullable=True, comment=SEED_COMMENT))
    op.add_column("users", sa.Column("totp_since", TIME, nullable=True, comment="when the second factor was set up"))
    op.add_column("users", sa.Column("totp_step", KEY, nullable=True, comment="the time step of the last code taken"))
    _create_sessions()
    _create_recovery_codes()
    _create_invitations()


def downgrade() -> None:
    """Take the tables back. Sessions end, and second factors are forgotten."""
    for table in ("invitations", "recovery_codes", "user_sessions"):
        op.drop_table(table)
    for column in ("totp_step", "totp_since", "totp_seed"):
        op.drop_column("users", column)
    _change_roles(NEW_ROLES, OLD_ROLES, "UPDATE users SET role = 'analyst' WHERE role <> 'admin'")


SEED_COMMENT = "with the key of the installation it gives the secret of the second factor"


def _change_roles(old: str, new: str, convert: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE users DROP CONSTRAINT ck_users_role")
        op.execute(convert)
        op.execute(f"ALTER TABLE users ADD CONSTRAINT ck_users_role CHECK ({new})")
        return
    # SQLite cannot change a constraint. Making the table anew would delete or refuse the rows that refer to it, so the
    # text of the schema is changed, as https://www.sqlite.org/lang_altertable.html says for a CHECK.
    quoted = [text.replace("'", "''") for text in (old, new)]
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        f"UPDATE sqlite_master SET sql = replace(sql, '{quoted[0]}', '{quoted[1]}') "  # noqa: S608  constants
        "WHERE type = 'table' AND name = 'users'"
    )
    op.execute("PRAGMA writable_schema = RESET")
    op.execute(convert)


def _create_sessions() -> None:
    op.create_table(
        "user_sessions",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False, comment="what is still asked for before pages open"),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False, comment="the last request, to the minute"),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False, comment="the browser, as it names itself"),
        sa.Column("failures", KEY, nullable=False, comment="wrong codes of the second factor"),
        sa.CheckConstraint("stage IN ('code', 'enrol', 'full')", name=op.f("ck_user_sessions_stage")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_user_sessions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_sessions_token_hash")),
    )
    op.create_index(op.f("ix_user_sessions_user_id"), "user_sessions", ["user_id"])
    op.create_index(op.f("ix_user_sessions_created_at"), "user_sessions", ["created_at"])


def _create_recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_user_id"), "recovery_codes", ["user_id"])


def _create_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_invitations_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_user_id"), "invitations", ["user_id"])
