"""Afteraction: the record of what coding subagents really did.

Data flows one way: hook → spool → collector → records → index → analytics → output. Each arrow is a folder or a
module here, and an import points down only. This file imports nothing, so that whoever imports one module of the
package pays for that module alone.
"""
