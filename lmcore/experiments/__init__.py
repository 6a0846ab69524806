"""Experiments: variants of a run, several seeds each, and what the figures support.

Imports `planning`, `evaluation` and below.
"""
