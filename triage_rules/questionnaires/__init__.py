"""What patients are asked, what they answer, and the scores declared with the questions."""
