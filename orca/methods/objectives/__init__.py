"""Losses of methods that descend more than the task's own loss."""
