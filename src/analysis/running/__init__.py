"""Notebooks become reports, whole or not at all."""
