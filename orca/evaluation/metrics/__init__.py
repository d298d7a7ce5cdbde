"""One file per formula: `METRIC` declares one metric of the file's name, `METRICS` a family."""
