"""What people are told without looking: what is so, whom it was told, where it is told and from when on."""
