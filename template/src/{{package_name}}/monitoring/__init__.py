"""Watching what the model sees and says: the prediction log, drift, age, deliveries.

Nothing here trains or deploys; the jobs read what other parts wrote, and report.
"""
