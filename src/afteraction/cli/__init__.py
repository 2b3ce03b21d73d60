"""The command line: parse, call one function, render. One small file per command."""
