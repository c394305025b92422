"""The page of an order, purchase or transfer: what the three sides say of it, and how far it has come."""
