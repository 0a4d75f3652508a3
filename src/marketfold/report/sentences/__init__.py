"""What results say, in words: pure functions from a record of codes and numbers to text."""
