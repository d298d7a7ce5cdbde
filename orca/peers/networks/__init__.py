"""What peers in PyTorch are made of; declarations name it inside functions."""
