"""Words, figures and sheets, in the reader's language; nothing is computed here."""
