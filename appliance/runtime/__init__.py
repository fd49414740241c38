"""Composition: puts the rooms together, in real time on threads or in virtual time step by step."""
