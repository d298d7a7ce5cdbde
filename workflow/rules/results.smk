rule tabulate:
    """Build a table from score files, ours beside the published numbers."""
    input:
        PAGES.table_files,
    output:
        multiext(layout.path("tables"), ".csv", ".md", ".tex", ".json"),
        report(
            f"{layout.path('tables')}.html",
            caption="../report/table.rst",
            category="Tables",
        ),
    log:
        layout.path("logs", step="tabulate", name="{table}"),
    benchmark:
        layout.path("benchmarks", step="tabulate", name="{table}")
    localrule: True
    params:
        key=PAGES.table_key,
    shell:
        "orca tabulate {wildcards.table:q} &> {log:q}"


rule plot_profile:
    """Draw a table's performance profile, after Dolan and More."""
    input:
        f"{layout.path('tables')}.json",
    output:
        multiext(f"{FIGURES_FOLDER}/{{table}}_profile", ".pdf", ".png", ".csv"),
        report(
            f"{FIGURES_FOLDER}/{{table}}_profile.svg",
            caption="../report/profile.rst",
            category="Figures",
        ),
    log:
        layout.path("logs", step="plot", name="{table}_profile"),
    benchmark:
        layout.path("benchmarks", step="plot", name="{table}_profile")
    localrule: True
    params:
        key=PAGES.figures_key,
    shell:
        "orca plot profile {wildcards.table:q} &> {log:q}"


rule plot_ranks:
    """Draw the average ranks of a table's methods, with their critical difference."""
    input:
        f"{layout.path('tables')}.json",
    output:
        multiext(f"{FIGURES_FOLDER}/{{table}}_ranks", ".pdf", ".png"),
        report(
            f"{FIGURES_FOLDER}/{{table}}_ranks.svg",
            caption="../report/ranks.rst",
            category="Figures",
        ),
    log:
        layout.path("logs", step="plot", name="{table}_ranks"),
    benchmark:
        layout.path("benchmarks", step="plot", name="{table}_ranks")
    localrule: True
    params:
        key=PAGES.figures_key,
    shell:
        "orca plot ranks {wildcards.table:q} &> {log:q}"


rule plot_alignment:
    """Draw the distance to the source over the epochs of alignment."""
    input:
        PAGES.alignment_files,
    output:
        multiext(f"{FIGURES_FOLDER}/{{table}}_alignment", ".pdf", ".png"),
        report(
            f"{FIGURES_FOLDER}/{{table}}_alignment.svg",
            caption="../report/alignment.rst",
            category="Figures",
        ),
    log:
        layout.path("logs", step="plot", name="{table}_alignment"),
    benchmark:
        layout.path("benchmarks", step="plot", name="{table}_alignment")
    localrule: True
    params:
        key=PAGES.figures_key,
    shell:
        "orca plot alignment {wildcards.table:q} &> {log:q}"


rule plot_figure:
    """Draw a figure of a paper, from its table or from predictions."""
    input:
        PAGES.figure_files,
    output:
        multiext(f"{FIGURES_FOLDER}/{{figure}}", ".pdf", ".png", ".txt"),
        report(
            f"{FIGURES_FOLDER}/{{figure}}.svg",
            caption="../report/figure.rst",
            category="Figures",
        ),
    log:
        layout.path("logs", step="plot", name="{figure}"),
    benchmark:
        layout.path("benchmarks", step="plot", name="{figure}")
    localrule: True
    params:
        key=PAGES.figure_key,
    shell:
        "orca plot figure {wildcards.figure:q} &> {log:q}"


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
        key=PAGES.tabulate_code,
    shell:
        "orca published --out {output:q} &> {log:q}"


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
        key=PAGES.tabulate_code,
        scores=lambda wildcards: PAGES.scores_there(),
    shell:
        "orca scores render --out {output:q} &> {log:q}"


rule report:
    """Put tables, figures, data pages and curves into one HTML file."""
    input:
        PAGES.report_files,
    output:
        report(
            layout.path("report"),
            caption="../report/report.rst",
            category="Report",
        ),
    log:
        f"{layout.RESULTS}/logs/{{report}}.log",
    benchmark:
        f"{layout.RESULTS}/benchmarks/{{report}}.tsv"
    localrule: True
    params:
        key=PAGES.report_key,
    shell:
        "orca report {wildcards.report:q} &> {log:q}"
