"""Mail by the hundred: eml files, mbox files and Maildirs, in and out."""
