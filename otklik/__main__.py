"""`python -m otklik`, where the command itself is not on the path."""

from otklik.cli import main

main()
