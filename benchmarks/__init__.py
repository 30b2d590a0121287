"""One file per published figure; `make bench` prints the table."""
