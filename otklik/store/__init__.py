"""The only SQL of the house: claim work, save results, page queries for the dashboard.

Every function takes the open `Session` of its caller and never commits.
"""
