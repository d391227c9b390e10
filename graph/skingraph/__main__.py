"""`python -m skingraph` is the same as `skingraph`."""

from skingraph.cli import run

run()
