rule pretrain_body:
    """Pretrain a body that nobody publishes, on images that need no network."""
    output:
        card=f"{BODY}/card.json",
        weights=f"{BODY}/model.safetensors",
        history=f"{BODY}/history.csv",
        record=f"{BODY}/run.json",
    log:
        "results/logs/pretrain_body/{body}.log",
    benchmark:
        "results/benchmarks/pretrain_body/{body}.tsv"
    wildcard_constraints:
        body="|".join(GRID.pretrained_bodies) or "(?!)",
    threads: 2  # all else waits for it
    resources:
        mem_mb=4_000,
        runtime=lambda wildcards, attempt: 60 * attempt,
        gpu=GPU,
        gpu_model=NEEDS.gpu_model,
    params:
        code=code_digest("models", "training/pretrain_body.py"),
        pretraining=JOBS.pretrain,
    shell:
        "exec orca pretrain-body {params.pretraining} &> {log}"


rule embed_source:
    """Pass the source proxy through the body's own embedding, once per body."""
    input:
        weights=f"{BODY}/card.json",
        raw="results/raw/{source}/sources.json",
    output:
        f"{SOURCE}/{{source}}.safetensors",
    log:
        "results/logs/embed_source/{body}.{source}.log",
    benchmark:
        "results/benchmarks/embed_source/{body}.{source}.tsv"
    resources:
        mem_mb=6_000,
        runtime=30,
        gpu=GPU,
        gpu_model=NEEDS.gpu_model,
    params:
        code=code_digest("models", "data/proxies", "training/embed_source.py"),
        samples=GRID.choices.source_samples,
        device=GRID.choices.device,
    shell:
        "exec orca embed-source --body {wildcards.body} --weights results/bodies/{wildcards.body}"
        " --raw results/raw/{wildcards.source} --samples {params.samples}"
        " --device {params.device} --out {output} &> {log}"


rule source_terms:
    """Compute all that a distance needs of the source alone, once for all tasks."""
    input:
        f"{SOURCE}/{{source}}.safetensors",
    output:
        f"{SOURCE}/{{source}}.{{terms}}.safetensors",
    log:
        "results/logs/source_terms/{body}.{source}.{terms}.log",
    benchmark:
        "results/benchmarks/source_terms/{body}.{source}.{terms}.tsv"
    resources:
        mem_mb=4_000,
        runtime=30,
        gpu=GPU,
        gpu_model=NEEDS.gpu_model,
    params:
        code=code_digest("alignment"),
        distance=lambda wildcards: GRID.terms[wildcards.terms][0],
        settings=lambda wildcards: GRID.terms[wildcards.terms][1],
        device=GRID.choices.device,
    shell:
        "exec orca source-terms --distance {params.distance} --settings {params.settings:q}"
        " --source {input} --device {params.device} --out {output} &> {log}"
