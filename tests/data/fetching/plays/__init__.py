"""One recording a provider, invented by hand in its real shape: each module holds ``PLAY``."""
