"""The ML Test Score of 2017: what each of its 28 tests is worth, by the evidence of a Snapshot."""
