"""What makes segments look like findings when they are not, and what published analyses would find."""
