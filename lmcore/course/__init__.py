"""The course of docs/ at work: chapters that run and show their values, exercises that are checked.

Imports `evaluation`, `planning` and below.
"""
