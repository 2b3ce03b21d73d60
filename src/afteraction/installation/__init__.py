"""Putting Afteraction's hooks in, taking them out, and finding what was chosen then.

Every command needs the last part to know where the data lies, so ``current_root`` is offered here; the rest is
imported by the commands ``install``, ``uninstall`` and ``doctor`` alone.
"""

from afteraction.installation.chosen_root import chosen_root, current_root

__all__ = ["chosen_root", "current_root"]
