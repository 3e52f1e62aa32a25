# The same commands without make: python3 tools/dev.py demo|test|check|bench|soak|postgres
PYTHON ?= python3
.PHONY: demo test check bench soak postgres pictures lock
demo test check bench soak postgres pictures lock:
	@$(PYTHON) tools/dev.py $@ $(ARGS)
