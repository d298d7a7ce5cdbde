"""Distances between two sets of labelled features: functions of tensors without task or body."""
