"""Extensions: one file of rows for each."""
