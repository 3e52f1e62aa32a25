"""The hub's tables, the same on SQLite and on PostgreSQL. Moments are ISO 8601 texts in UTC, which sort as they should."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import (
    Boolean,
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
)

metadata = MetaData()


def bring_up(engine: sa.Engine) -> None:
    """Makes what is missing: all tables in a new database, the columns that came later in an older one. Each such column has a
    default, so that an older hub may go on beside this one. Raises SQLAlchemyError."""
    metadata.create_all(engine)
    for column in _missing(engine):
        kind = column.type.compile(engine.dialect)
        try:
            with engine.begin() as connection:
                # The names are this file's own.
                connection.exec_driver_sql(
                    f"ALTER TABLE {column.table.name} ADD COLUMN {column.name} {kind} NOT NULL DEFAULT ''"
                )
        except sa.exc.SQLAlchemyError:
            if any(column is other for other in _missing(engine)):  # else another process was quicker
                raise


def _missing(engine: sa.Engine) -> list[sa.Column[str]]:
    found = sa.inspect(engine)
    return [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name not in {known["name"] for known in found.get_columns(table.name)}
    ]


api_keys = Table(
    "hub_api_key",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column(
        "digest", String(64), nullable=False, unique=True
    ),  # SHA-256 of a key with 256 random bits: no dictionary fits it
    Column("post_only", Boolean, nullable=False),
    Column("until", String(10), nullable=False),  # the last day it is valid, '' for ever
    Column("created_at", String(32), nullable=False),
    Column("revoked_at", String(32), nullable=False),  # '' while it is valid
    Column("incident", String(100), nullable=False, server_default=""),  # what a volunteer's token was given out for
)

cases = Table(
    "hub_case",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("request_id", String(40), unique=True),  # made from the number right after the insert
    Column("token", String(64), nullable=False),
    Column("type", String(10), nullable=False),
    Column("owner", String(200), nullable=False),  # the key's name: a renewed key still owns its desk's cases
    Column("service_code", String(200), nullable=False),
    Column("status", String(10), nullable=False),
    Column("status_notes", Text, nullable=False),
    Column("released", Boolean, nullable=False),
    Column("requested_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
    Column("expected_at", String(32), nullable=False),
    Column("description", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("address_id", String(200), nullable=False),
    Column("lat", Float),
    Column("lon", Float),
    Column("media_url", Text, nullable=False),
    Column("fields", Text, nullable=False),  # the posted fields but the key, as a JSON list of pairs
    Index("hub_case_requested", "requested_at"),
    Index("hub_case_service", "service_code", "requested_at"),
    Index("hub_case_token", "token"),
)

replies = Table(
    "hub_reply",
    metadata,
    Column("idem_key", String(100), primary_key=True),
    Column("digest", String(64), nullable=False),  # of the posted fields but the API key
    Column("request_number", Integer, ForeignKey("hub_case.number"), nullable=False),
    Column("created_at", String(32), nullable=False),
)

updates = Table(
    "hub_update",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("update_id", String(100), nullable=False),  # the client's own
    Column("request_id", String(40), nullable=False),
    Column("status", String(40), nullable=False),
    Column("description", Text, nullable=False),
    Column("updated_at", String(32), nullable=False),
    Column("owner", String(200), nullable=False),
    UniqueConstraint("owner", "update_id"),
    Index("hub_update_at", "updated_at"),
)

desk_status = Table(
    "hub_desk_status",
    metadata,
    Column("owner", String(200), primary_key=True),  # the key's name
    Column("received_at", String(32), nullable=False),
    Column("status", Text, nullable=False),  # JSON of crm.desk_model.DeskStatus
    Column("answer", Text, nullable=False, server_default=""),  # JSON of crm.desk_model.HelpAnswer
)

suggestions = Table(
    "hub_suggestion",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("suggestion_id", String(100), nullable=False),  # the desk's own
    Column("owner", String(200), nullable=False),
    Column("received_at", String(32), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("topic", String(200), nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("owner", "suggestion_id"),
)

desk_codes = Table(
    "hub_desk_code",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),  # the code is made of it, so that none comes twice
    Column("owner", String(200), nullable=False),
    Column("given_at", String(32), nullable=False),
)
