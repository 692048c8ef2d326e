"""Responder: Verdict in, public Reply out; nothing leaves without a human."""
