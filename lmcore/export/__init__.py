"""Models for other programs, and theirs for us. Imports `model`, `tokenizer` and below."""
