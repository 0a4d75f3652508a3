"""Sentences: what a result of a stage says to a reader, made from its codes and numbers."""
