"""A schema of its own on the PostgreSQL that TAKER311_POSTGRES names, as postgresql+psycopg://user@127.0.0.1:5432/db."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa


@contextlib.contextmanager
def fresh_postgres() -> Iterator[str]:
    """The address of an empty schema, dropped afterwards; skips where there is no server or no driver."""
    address = os.environ.get("TAKER311_POSTGRES", "")
    if not address:
        pytest.skip("no PostgreSQL: set TAKER311_POSTGRES to a server's address")
    pytest.importorskip("psycopg", reason="no PostgreSQL driver: psycopg isn't installed")
    schema = f"taker311_{uuid.uuid4().hex}"
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        try:
            yield f"{address}{'&' if '?' in address else '?'}options=-csearch_path%3D{schema}"
        finally:
            with engine.connect() as connection:
                connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    finally:
        engine.dispose()
