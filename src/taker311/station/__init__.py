"""One agent's place of work: what a Call asks for is carried out here. Both front ends plug into it."""
