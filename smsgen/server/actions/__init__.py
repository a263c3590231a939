"""One action an operation of the SMS API: messages in, the model's use cases, messages out."""
