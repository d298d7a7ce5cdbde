"""One file per task or family of tasks, each declaring `TASK` or `TASKS` and `read`."""
