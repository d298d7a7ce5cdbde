"""One file per figure: `FIGURE` says what it is drawn from, and how."""
