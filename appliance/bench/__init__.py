"""Measures the real parts of the gate on this computer; part of the composition root."""
