"""XenForo forums."""
