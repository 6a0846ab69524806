"""Side-by-side measurements against named peers; see RESULTS.md."""
