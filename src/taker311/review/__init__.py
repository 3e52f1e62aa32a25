"""The review of calls: chosen ones are kept sealed for a reviewer, replayed, and judged on a form."""
