"""The embedded Realtime service: eras as rule data, and a real answering peer."""
