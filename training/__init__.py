"""How the models inside the package are made: weights, training, export. Nothing of the program imports it."""
