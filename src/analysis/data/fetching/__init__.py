"""The only rooms that touch the network: a whole batch or nothing, asked as providers wish."""
