"""Data standing in for what a body was pretrained on: one file per proxy, `PROXY` and `read`."""
