rule pretrain_body:
    """Pretrain a body that nobody publishes, on images that need no network."""
    input:
        JOBS.pretrain_files,
    output:
        card=layout.card(),
        weights=f"{BODY}/model.safetensors",
        history=f"{BODY}/history.csv",
        record=f"{BODY}/run.json",
    log:
        layout.log("pretrain_body", "{body}"),
    benchmark:
        layout.benchmark("pretrain_body", "{body}")
    wildcard_constraints:
        body="|".join(RUNS.pretrained_bodies) or "none",
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
        "orca pretrain-body {wildcards.body:q}{params.device} &> {log:q}"


rule embed_source:
    """Pass a source proxy through the body's own embedding, once."""
    input:
        unpack(JOBS.proxy_files),
    output:
        layout.features(),
    log:
        layout.log("embed_source", "{body}.{proxy}"),
    benchmark:
        layout.benchmark("embed_source", "{body}.{proxy}")
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
        " --samples {params.samples}{params.device} &> {log:q}"


rule source_terms:
    """Compute all that a distance needs of the source alone, once for all tasks."""
    input:
        layout.features(),
    output:
        layout.terms(),
    log:
        layout.log("source_terms", "{body}.{proxy}.{terms}"),
    benchmark:
        layout.benchmark("source_terms", "{body}.{proxy}.{terms}")
    resources:
        mem_mb=4_000,
        runtime=30,
        gpu=NEEDS.gpu,
        gpu_model=NEEDS.gpu_model,
    params:
        key=JOBS.terms_key,
        device=JOBS.device,
    shell:
        "orca source-terms {wildcards.body:q} {wildcards.proxy:q} {wildcards.terms:q}{params.device} &> {log:q}"
