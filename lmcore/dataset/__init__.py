"""Stories and token ids on disk: corpus encoding, shards, batches, windows of a long text.

Imports `tokenizer` and `common`: numpy and pyarrow, never mlx.
"""

from lmcore.dataset.shards import TokenShards

__all__ = ["TokenShards"]
