"""Questions over mailboxes: criteria as data, matched against entries."""
