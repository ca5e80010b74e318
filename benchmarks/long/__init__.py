"""Records of `make test-long`: for each lane its commit, what passed and failed, the seconds."""
