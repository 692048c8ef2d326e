"""The kernel: what every stage may use; it knows no stage."""
