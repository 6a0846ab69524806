"""Hides pandas: only TransformerLens installs it, and pyarrow would import it, 0.2 s a process."""

raise ImportError("pandas is hidden, since the environment of `make run` does not have it")
