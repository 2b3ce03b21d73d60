"""Beyond one machine: records pushed as Parquet parts to shared storage, and every question asked there.

Each machine writes files of its own that are never changed, so a lake needs no server, no lock and no commit protocol.
"""
