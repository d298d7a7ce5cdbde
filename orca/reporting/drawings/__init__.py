"""Figures by family: `FIGURES` says what each is drawn from, and how."""
