"""Values: setups, outcomes, exchanges, runs, findings. No I/O, standard library only."""
