"""What runs on the clock: plan ahead and deliver. Time is always an argument."""
