"""The one gate that free text passes before it is stored or shown."""
