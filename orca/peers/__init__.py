"""Baselines on the same split: one file each, declaring `PEER`."""
