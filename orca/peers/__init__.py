"""What a person would take otherwise, on the same split: one file each, declaring `PEER`."""
