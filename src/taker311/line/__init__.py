"""The line: the same calls, one question and one line at a time. For screen readers, braille, thin links and programs."""
