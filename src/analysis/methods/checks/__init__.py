"""Checks that can refute an estimate, one per file: what each makes visible, and when it fails.

A check never turns an estimate into a proof. It passes, fails or is for information, and a check
that could not have failed (too few areas, too blunt, nothing claimed) never passes: it is for
information, and says why under ``why``.
"""
