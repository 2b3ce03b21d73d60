"""The live view in the terminal: what runs now against what is usual."""
