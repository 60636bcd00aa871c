"""Everything that leaves: reports, decisions and alerts, by mail, webhook, folder and Apprise."""
