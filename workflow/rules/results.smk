rule tabulate:
    """Build a table from score files, ours beside the published numbers."""
    input:
        lambda wildcards: RENDERED.scores(wildcards.table),
    output:
        multiext("results/tables/{table}", ".csv", ".md", ".tex", ".json"),
        report(
            "results/tables/{table}.html",
            caption="../report/table.rst",
            category="Tables",
        ),
    log:
        "results/logs/tabulate/{table}.log",
    benchmark:
        "results/benchmarks/tabulate/{table}.tsv"
    localrule: True
    params:
        code=code_digest("reporting", "evaluation"),
        choices=GRID.choices_json,
    shell:
        "exec orca tabulate --table {wildcards.table} --choices {params.choices:q}"
        " --scores results/scores --out results/tables &> {log}"


rule plot_profile:
    """Draw a table's performance profile, after Dolan and More."""
    input:
        "results/tables/{table}.json",
    output:
        multiext("results/figures/{table}_profile", ".pdf", ".png", ".csv"),
        report(
            "results/figures/{table}_profile.svg",
            caption="../report/profile.rst",
            category="Figures",
        ),
    log:
        "results/logs/plot/{table}_profile.log",
    benchmark:
        "results/benchmarks/plot/{table}_profile.tsv"
    localrule: True
    params:
        code=code_digest("reporting"),
    shell:
        "exec orca plot profile --table {input}"
        " --out results/figures/{wildcards.table}_profile &> {log}"


rule plot_alignment:
    """Draw the distance to the source over the epochs of alignment."""
    input:
        lambda wildcards: RENDERED.alignments(wildcards.table),
    output:
        multiext("results/figures/{table}_alignment", ".pdf", ".png"),
        report(
            "results/figures/{table}_alignment.svg",
            caption="../report/alignment.rst",
            category="Figures",
        ),
    log:
        "results/logs/plot/{table}_alignment.log",
    benchmark:
        "results/benchmarks/plot/{table}_alignment.tsv"
    localrule: True
    params:
        code=code_digest("reporting"),
    shell:
        "exec orca plot alignment --out results/figures/{wildcards.table}_alignment {input}"
        " &> {log}"


rule plot_figure:
    """Draw a figure of a paper, from its table or from predictions."""
    input:
        lambda wildcards: RENDERED.figure_inputs(wildcards.figure),
    output:
        multiext("results/figures/{figure}", ".pdf", ".png", ".txt"),
        report(
            "results/figures/{figure}.svg",
            caption="../report/figure.rst",
            category="Figures",
        ),
    log:
        "results/logs/plot/{figure}.log",
    benchmark:
        "results/benchmarks/plot/{figure}.tsv"
    localrule: True
    params:
        code=code_digest("reporting"),
    shell:
        "exec orca plot figure --figure {wildcards.figure} --results results"
        " --out results/figures &> {log}"


rule published:
    """Render every table and figure from the published numbers alone, without a run."""
    output:
        directory("results/published"),
    log:
        "results/logs/published.log",
    benchmark:
        "results/benchmarks/published.tsv"
    localrule: True
    params:
        code=code_digest("reporting"),
    shell:
        "exec orca published --out {output} &> {log}"


rule from_scores:
    """Render every table and figure of the scores that are there; nothing else is made."""
    output:
        directory("results/from_scores"),
    log:
        "results/logs/from_scores.log",
    benchmark:
        "results/benchmarks/from_scores.tsv"
    localrule: True
    params:
        code=code_digest("reporting", "evaluation"),
        choices=GRID.choices_json,
        scores=lambda wildcards: RENDERED.scores_there(),
    shell:
        "exec orca scores render --choices {params.choices:q} --out {output} &> {log}"


rule report:
    """Put tables, figures, data pages and curves into one HTML file."""
    input:
        RENDERED.report_files,
    output:
        report(
            "results/{report}.html",
            caption="../report/report.rst",
            category="Report",
        ),
    log:
        "results/logs/{report}.log",
    benchmark:
        "results/benchmarks/{report}.tsv"
    localrule: True
    params:
        code=code_digest("reporting"),
        choices=GRID.choices_json,
        tables=RENDERED.report_tables,
    shell:
        "exec orca report {params.tables} --choices {params.choices:q} --out {output} &> {log}"
