"""Where stories come from, and how they are kept until they are tokens."""
