"""What a flow would have done: the real engine on real history, in a transaction that never commits."""
