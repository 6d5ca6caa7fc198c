"""What a diff changed and what surrounds it. Pure: text in, data out."""
