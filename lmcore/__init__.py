"""Language models from first principles, as a library.

Each folder is one noun of the field and says its rule in its `__init__.py`. Imports
run one way, from right to left in this order:

    common < backend, tokenizer < dataset < corpus, model < training, generation
           < samples, evaluation, planning < interpretability, experiments
           < report, notebook, course < serving, compare, export

tests/test_layout.py asserts it. Importing this package imports nothing else; `load` imports
what it needs.
"""

from importlib import import_module
from typing import Any


def load(folder: Any = "data/model") -> Any:
    """Return the model in `folder`, an `lmcore.notebook.LanguageModel`.

    It has `generate`, `next_token_probabilities`, `attention` and `bits_per_byte`. Raises
    `LmcoreError` where the folder is missing or damaged.
    """
    # By name: an import statement here would make every stage depend on the whole library.
    import_module("lmcore.backend").setup()
    return import_module("lmcore.notebook").load(folder)
