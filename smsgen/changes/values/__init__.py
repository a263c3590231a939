"""What expressions and parameters of one side come to; what only the execution makes known stays Unknown."""
