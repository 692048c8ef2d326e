"""What becomes of an alert: routed, told, taken, and told to the next when nobody takes it."""
