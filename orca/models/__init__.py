"""Pretrained bodies, and the embedders and predictors put around them."""
