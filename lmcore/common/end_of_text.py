"""The special token that stands between documents, as it is spelt in files and vocabularies."""

END_OF_TEXT = "<|endoftext|>"
