"""`python -m bowerbird` is `bowerbird`."""

from bowerbird.cli import main

main()
