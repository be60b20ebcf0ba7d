"""The Qt user interface of CardScope."""
