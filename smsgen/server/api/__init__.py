"""The SMS API as bytes: its operations, messages and service model."""
