"""Cases, reviews with their lines, questions, replies, appeals and marks."""
