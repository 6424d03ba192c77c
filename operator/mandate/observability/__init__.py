"""What an operator of the operator sees: metrics and logs."""
