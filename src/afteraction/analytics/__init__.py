"""Questions: each one ``.sql`` file and one typed function of the same name; every front end calls that function."""
