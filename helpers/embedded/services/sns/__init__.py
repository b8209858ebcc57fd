"""SNS in an embedded account: moto's topics and subscriptions, our deliveries.

`publishing` says what may be published, `notification` what subscribers receive, `delivery` how
it comes to them, and `api` answers requests.
"""
