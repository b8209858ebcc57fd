"""What can be seen from outside: metrics, alarms, dashboards, logs, the trace, and the bill."""
