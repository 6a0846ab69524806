"""Models for other programs, and from them: Hugging Face's layout, and llama.cpp's GGUF."""
