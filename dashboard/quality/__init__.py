"""How good the model is, and what people teach it."""
