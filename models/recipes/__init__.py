"""Recipes that prepare, synthesise, train, export and evaluate the shipped nets."""
