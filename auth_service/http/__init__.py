"""The service's interface: routes, what they take and give, and the page."""
