"""Pure: observations to causes, repairs and explanations."""
