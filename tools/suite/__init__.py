"""The suite's development environment: everything behind `make`, with the standard library alone."""
