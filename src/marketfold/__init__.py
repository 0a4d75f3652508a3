"""Turns order lines into customer segments you can trust, and segments into campaigns you can measure."""

__version__ = "0.1.0"
