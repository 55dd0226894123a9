"""What runs on the clock: plan ahead, deliver, tidy. Time is always an argument."""
