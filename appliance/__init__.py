"""Gatehouse: an embedded gate appliance that sees, reads, decides and moves a barrier."""

__version__ = "0.1.0"
