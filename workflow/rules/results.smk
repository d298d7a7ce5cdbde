rule tabulate:
    """Build a table from score files, ours beside the published numbers."""
    input:
        JOBS.table_files,
    output:
        multiext(layout.folder("tables"), ".csv", ".md", ".tex", ".json"),
        report(
            f"{layout.folder('tables')}.html",
            caption="../report/table.rst",
            category="Tables",
        ),
    log:
        layout.log("tabulate", "{table}"),
    benchmark:
        layout.benchmark("tabulate", "{table}")
    localrule: True
    params:
        key=JOBS.table_key,
    shell:
        "orca tabulate {wildcards.table} &> {log:q}"


rule plot_profile:
    """Draw a table's performance profile, after Dolan and More."""
    input:
        f"{layout.folder('tables')}.json",
    output:
        multiext(f"{FIGURES_FOLDER}/{{table}}_profile", ".pdf", ".png", ".csv"),
        report(
            f"{FIGURES_FOLDER}/{{table}}_profile.svg",
            caption="../report/profile.rst",
            category="Figures",
        ),
    log:
        layout.log("plot", "{table}_profile"),
    benchmark:
        layout.benchmark("plot", "{table}_profile")
    localrule: True
    params:
        key=JOBS.figures_key,
    shell:
        "orca plot profile {wildcards.table} &> {log:q}"


rule plot_alignment:
    """Draw the distance to the source over the epochs of alignment."""
    input:
        JOBS.alignment_files,
    output:
        multiext(f"{FIGURES_FOLDER}/{{table}}_alignment", ".pdf", ".png"),
        report(
            f"{FIGURES_FOLDER}/{{table}}_alignment.svg",
            caption="../report/alignment.rst",
            category="Figures",
        ),
    log:
        layout.log("plot", "{table}_alignment"),
    benchmark:
        layout.benchmark("plot", "{table}_alignment")
    localrule: True
    params:
        key=JOBS.figures_key,
    shell:
        "orca plot alignment {wildcards.table} &> {log:q}"


rule plot_figure:
    """Draw a figure of a paper, from its table or from predictions."""
    input:
        JOBS.figure_files,
    output:
        multiext(f"{FIGURES_FOLDER}/{{figure}}", ".pdf", ".png", ".txt"),
        report(
            f"{FIGURES_FOLDER}/{{figure}}.svg",
            caption="../report/figure.rst",
            category="Figures",
        ),
    log:
        layout.log("plot", "{figure}"),
    benchmark:
        layout.benchmark("plot", "{figure}")
    localrule: True
    params:
        key=JOBS.figure_key,
    shell:
        "orca plot figure {wildcards.figure} &> {log:q}"


rule published:
    """Render every table and figure from the published numbers alone, without a run."""
    output:
        directory(f"{layout.RESULTS}/published"),
    log:
        f"{layout.RESULTS}/logs/published.log",
    benchmark:
        f"{layout.RESULTS}/benchmarks/published.tsv"
    localrule: True
    params:
        key=JOBS.tabulate_code,
    shell:
        "orca published --out {output} &> {log:q}"


rule from_scores:
    """Render every table and figure of the scores that are there; nothing else is made."""
    output:
        directory(f"{layout.RESULTS}/from_scores"),
    log:
        f"{layout.RESULTS}/logs/from_scores.log",
    benchmark:
        f"{layout.RESULTS}/benchmarks/from_scores.tsv"
    localrule: True
    params:
        key=JOBS.tabulate_code,
        scores=lambda wildcards: JOBS.scores_there(),
    shell:
        "orca scores render --out {output} &> {log:q}"


rule report:
    """Put tables, figures, data pages and curves into one HTML file."""
    input:
        JOBS.report_files,
    output:
        report(
            layout.report(),
            caption="../report/report.rst",
            category="Report",
        ),
    log:
        f"{layout.RESULTS}/logs/{{report}}.log",
    benchmark:
        f"{layout.RESULTS}/benchmarks/{{report}}.tsv"
    localrule: True
    params:
        key=JOBS.report_key,
    shell:
        "orca report {wildcards.report} &> {log:q}"
