"""The transformers themselves, from embedded tokens to hidden states: Hugging Face's except BERT."""
