"""The web page: the same questions as the command line, for a browser on this machine."""
