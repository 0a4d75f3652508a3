"""A finished run as one HTML file that opens offline and reads like a memo."""
