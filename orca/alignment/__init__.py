"""Distances between two sets of labelled features: functions of tensors, which know no task and no body."""
