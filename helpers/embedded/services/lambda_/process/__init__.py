"""What runs inside an execution environment: a process with lab time and streams of its own."""
