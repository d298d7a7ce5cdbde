"""One file per loss; its `LOSS` declares the loss of the file's name."""
