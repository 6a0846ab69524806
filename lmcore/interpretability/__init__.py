"""What the parts of a trained model do: ablation, head scores, logit lens, patching.

Each measurement reads or replaces activations by hooks (lmcore/model/forward_context.py).
Imports `evaluation` and below.
"""
