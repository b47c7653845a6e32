"""The nouns: what was asked, when, where, and how sure the answer is."""
