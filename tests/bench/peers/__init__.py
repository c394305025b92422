"""What people write instead: a naive durable task, and a view that stores what it is sent."""
