"""One design per file, each with its source and what it must not be used for."""
