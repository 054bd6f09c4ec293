"""State is SQL: the small port that every store speaks.

In process it is sqlite3 (`open_database`), in a Durable Object it is `ctx.storage.sql`
(`durable_objects.storage`). Both keep the limits of the platform, so that a statement that runs in a test
runs in production.
"""

from sql_port.migrations import Tables, migrate, schema_version
from sql_port.port import (
    MAX_INTEGER,
    MAX_LIKE_PATTERN_BYTES,
    MAX_PARAMETERS,
    MAX_VALUE_BYTES,
    Database,
    Row,
    SqlError,
    SqlLimitError,
    SqlValue,
    check_parameters,
    in_process,
)

__all__ = [
    "MAX_INTEGER",
    "MAX_LIKE_PATTERN_BYTES",
    "MAX_PARAMETERS",
    "MAX_VALUE_BYTES",
    "Database",
    "Row",
    "SqlError",
    "SqlLimitError",
    "SqlValue",
    "Tables",
    "check_parameters",
    "in_process",
    "migrate",
    "schema_version",
]
