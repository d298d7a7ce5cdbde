"""Distances between two sets of labelled features, and what they are made of.

Functions of feature tensors; knows no task and no body.
"""
