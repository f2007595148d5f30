"""The entry of the GitHub Action: from its inputs to one run, and from the run to annotations, summary and outputs."""
