"""Every SQL statement, the schema and its migrations. Functions take an open transaction and never commit it."""
