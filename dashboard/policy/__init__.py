"""The policy: rules in words, writing, rehearsing, activating, looking back."""
