"""What AWS publishes without being asked: the metrics of queues, functions and mappings."""
