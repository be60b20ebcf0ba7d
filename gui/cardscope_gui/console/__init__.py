"""The APDU console: transcript, composer, and the bar that holds back a command with lasting effects."""
