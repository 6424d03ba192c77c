"""What makes reconciling level-triggered: cache, queue, and the loop between them."""
