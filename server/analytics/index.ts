// What was used, counted from activity events.
