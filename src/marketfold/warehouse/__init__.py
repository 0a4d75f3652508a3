"""A model as SQL, for a warehouse that keeps its order lines."""
