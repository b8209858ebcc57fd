"""The account's services, a folder each. Adding a service is adding a folder."""
