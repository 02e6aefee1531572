"""Pure: probes.yaml to factors and setups; what would run."""
