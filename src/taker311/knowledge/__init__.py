"""What the city knows, as frozen values, and the compiled bundle that carries them."""
