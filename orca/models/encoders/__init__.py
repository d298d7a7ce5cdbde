"""The transformers themselves, in plain PyTorch; tests compare them with Hugging Face's."""
