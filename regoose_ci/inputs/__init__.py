"""Where call inputs come from: literals, types, recorded calls, and their mutation. Pure."""
