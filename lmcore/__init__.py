"""Language models from first principles, as a library.

Each folder is one noun of the field and says its rule in its `__init__.py`. Imports
run one way, from right to left in this order:

    common < backend, tokenizer < dataset < corpus, model < training, generation
           < samples, evaluation, planning < interpretability, experiments
           < report < serving, compare, export

tests/test_layout.py asserts it. Importing this package imports nothing else.
"""
