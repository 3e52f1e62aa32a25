"""The desk: the call-taker's screens. It draws what a View says and turns keys into verbs; it decides nothing."""
