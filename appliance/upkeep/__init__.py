"""Keeps the board well: power mode, heat, supply, memory."""
