"""From problem to result: every link can be followed, and every missing one is listed."""
