"""From files to vectors: plans and applies updates, embeds, and throttles embedding."""
