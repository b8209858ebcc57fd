"""Where requests come in: intercepted, understood, signed by whom, and allowed or refused."""
