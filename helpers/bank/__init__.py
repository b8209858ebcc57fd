"""The running example: the bank's keys, queues, ledger and functions, and what befalls them."""
