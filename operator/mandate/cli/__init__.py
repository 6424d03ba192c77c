"""`kubectl mandate`: the command line."""
