"""All that only the workflow needs: paths, runs, jobs, resources, targets, costs."""
