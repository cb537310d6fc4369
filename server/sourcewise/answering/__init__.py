"""From a question to a checked answer: the prompt, the model, the citations, the conversation."""
