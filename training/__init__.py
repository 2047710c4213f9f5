"""Making the pictures the model learns from, and teaching it."""
