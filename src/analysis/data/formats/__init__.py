"""A file is read as it was received: one format a module, no row lost on the way in."""
