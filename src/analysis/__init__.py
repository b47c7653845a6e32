"""From raw crime, survey and field data to the lägesbild of each district."""

__version__ = "0.1.0"
