"""Writing rules: drafts, review by someone else, published versions, and which is in force."""
