"""Trueline's checker and alignment: reads a repository, scores it, keeps it true to its template.

Data flows one way: `evidence` reads a repo into a Snapshot, `maturity` scores it, `report` shows
it. `alignment` compares a project with its template and updates it. Nothing of a scored repo is
ever executed.
"""
