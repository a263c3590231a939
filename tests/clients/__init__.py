"""Real clients of the SMS API: SDKs and command lines, old and new, in processes of their own."""
