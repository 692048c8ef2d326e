"""Many people, one story: how mentions become incidents, who is in, how people work on them."""
