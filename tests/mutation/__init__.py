"""Mutation: the laws broken on purpose, to see whether a test notices. `make mutation` runs it."""
