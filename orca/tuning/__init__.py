"""Hyper-parameter search by asynchronous successive halving over plain fine-tuning."""
