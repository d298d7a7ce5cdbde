"""The transformers themselves: Hugging Face's, from embedded tokens to hidden states."""
