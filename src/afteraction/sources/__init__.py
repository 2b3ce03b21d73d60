"""Where evidence comes from: one subpackage per client, and the only code that knows that client's formats."""
