"""Tests of the composition: threads, supervisors and the twin in virtual time."""
