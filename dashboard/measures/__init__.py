"""Hiding, reporting, banning: asked for, decided, appealed."""
