"""Fine-tune a pretrained transformer on data it has never seen the like of: align, then refine."""

__version__ = "0.1.0"
