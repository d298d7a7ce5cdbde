"""The commands, by what they are about: data, training, results, questions."""
