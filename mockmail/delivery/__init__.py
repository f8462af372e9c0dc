"""Mail on its way: addresses to mailboxes, and what leaves the world."""
