"""Figures: pure functions from numbers to Plotly figures, the same for report, studio and notebook."""
