"""The loops that carry a method out: embed the source, align, fine-tune, evaluate."""
