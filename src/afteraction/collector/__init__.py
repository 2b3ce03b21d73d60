"""From evidence to records: read the spool and the transcripts, reconcile, decide the outcome, write."""
