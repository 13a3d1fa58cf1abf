"""What an operator watches, in the Prometheus format."""
