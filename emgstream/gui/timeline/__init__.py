"""The signals over time: one canvas, its painters, and the geometry they share."""
