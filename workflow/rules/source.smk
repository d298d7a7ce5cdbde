rule pretrain_body:
    """Pretrain a body that is not published, on images that need no network."""
    input:
        JOBS.pretrain_files,
    output:
        card=layout.path("card"),
        weights=f"{BODY}/model.safetensors",
        history=f"{BODY}/{HISTORY}",
        record=f"{BODY}/{RECORD}",
    log:
        layout.path("logs", step="pretrain_body", name="{body}"),
    benchmark:
        layout.path("benchmarks", step="pretrain_body", name="{body}")
    wildcard_constraints:
        body="|".join(RUNS.pretrained_bodies) or "none",
    priority: 3
    threads: 2
    resources:
        mem_mb=4_000,
        runtime=lambda wildcards, attempt: 240 * attempt,
        gpu=NEEDS.gpu,
        gpu_model=NEEDS.gpu_model,
    params:
        key=JOBS.pretrain_key,
        device=JOBS.device,
    shell:
        "orca pretrain-body {wildcards.body:q} {params.device:q} &> {log:q}"


rule embed_source:
    """Pass a source proxy through the body's own embedding, once."""
    input:
        unpack(JOBS.proxy_files),
    output:
        layout.path("features"),
    log:
        layout.path("logs", step="embed_source", name="{body}.{proxy}"),
    benchmark:
        layout.path("benchmarks", step="embed_source", name="{body}.{proxy}")
    priority: 3
    resources:
        mem_mb=6_000,
        runtime=60,
        gpu=NEEDS.gpu,
        gpu_model=NEEDS.gpu_model,
    params:
        key=JOBS.embed_key,
        samples=RUNS.configuration.source_samples,
        device=JOBS.device,
    shell:
        "orca embed-source {wildcards.body:q} {wildcards.proxy:q}"
        " --samples {params.samples:q} {params.device:q} &> {log:q}"


rule source_terms:
    """Compute all that a distance needs of the source alone, once for all tasks."""
    input:
        layout.path("features"),
    output:
        layout.path("terms"),
    log:
        layout.path("logs", step="source_terms", name="{body}.{proxy}.{terms}"),
    benchmark:
        layout.path("benchmarks", step="source_terms", name="{body}.{proxy}.{terms}")
    priority: 3
    resources:
        mem_mb=4_000,
        runtime=30,
        gpu=NEEDS.gpu,
        gpu_model=NEEDS.gpu_model,
    params:
        key=JOBS.terms_key,
        device=JOBS.device,
    shell:
        "orca source-terms {wildcards.body:q} {wildcards.proxy:q} {wildcards.terms:q} {params.device:q} &> {log:q}"
