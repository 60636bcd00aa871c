"""Public previews of Telegram channels."""
