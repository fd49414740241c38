"""The configuration: schema, loading with provenance, and the checks across keys."""

from .schema import Config

__all__ = ["Config"]
