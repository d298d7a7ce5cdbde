"""Pretraining a small body for grids on images that need no network."""
