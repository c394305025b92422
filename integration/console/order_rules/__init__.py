"""Rules about orders: their list in the order that they are asked in, their form, and what they say about one order."""
