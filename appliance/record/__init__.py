"""The record: audit chain, journal and the owner's list, in one SQLite database."""
