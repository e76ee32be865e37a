"""The answers about one rollout: a file a subject, each with a function for each of its endpoints.

Such a function takes a view and a question, and gives what the endpoint tells. `table.py` has them all.
"""
