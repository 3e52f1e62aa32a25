"""THE CALL: one pure state machine that both front ends and the drills drive. It reads no clock, disk or network."""
