"""Models for other programs, and theirs for us. Imports `evaluation` and below."""
