"""What is kept: records (the truth), workflows, and the index derived from them."""
