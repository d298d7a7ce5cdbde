rule evaluate:
    """Open the test split: with `predict` the only step that reads it."""
    input:
        unpack(JOBS.evaluate_files),
    output:
        layout.stamp(SCORES),
    log:
        layout.path("logs", step="evaluate", name="{task}.{body}.{method}.{seeds}"),
    benchmark:
        layout.path(
            "benchmarks", step="evaluate", name="{task}.{body}.{method}.{seeds}"
        )
    wildcard_constraints:
        method=f"(?!(?:{'|'.join(PEERS)})/)[^/]+",
    resources:
        mem_mb=NEEDS.mb("evaluate"),
        runtime=NEEDS.minutes("evaluate"),
        gpu=NEEDS.gpu,
        gpu_model=NEEDS.gpu_model,
    params:
        key=JOBS.evaluate_key,
        device=JOBS.device,
    shell:
        "orca evaluate {wildcards.task:q} {wildcards.body:q} --method {wildcards.method:q}"
        " --seeds {wildcards.seeds:q} {params.device:q} &> {log:q}"


rule peer:
    """Fit what a person would take otherwise, and score it on the same test split."""
    input:
        unpack(PEER_JOBS.files),
    output:
        layout.stamp(SCORES),
    log:
        layout.path("logs", step="peer", name="{task}.{body}.{method}.{seeds}"),
    benchmark:
        layout.path("benchmarks", step="peer", name="{task}.{body}.{method}.{seeds}")
    wildcard_constraints:
        method="|".join(PEERS),
    resources:
        mem_mb=NEEDS.peer_mb,
        runtime=lambda wildcards, attempt: 240 * attempt,
        gpu=NEEDS.gpu,
        gpu_model=NEEDS.gpu_model,
    params:
        key=PEER_JOBS.key,
        device=JOBS.device,
    shell:
        "orca peer {wildcards.task:q} {wildcards.method:q} --body {wildcards.body:q}"
        " --seeds {wildcards.seeds:q} {params.device:q} &> {log:q}"


rule predict:
    """Keep a run's predictions for a test split, beside what was to be predicted."""
    input:
        unpack(JOBS.predict_files),
    output:
        layout.path("predictions"),
    log:
        layout.path(
            "logs", step="predict", name="{task}.{body}.{method}.seed{seed}{ending}"
        ),
    benchmark:
        layout.path(
            "benchmarks",
            step="predict",
            name="{task}.{body}.{method}.seed{seed}{ending}",
        )
    resources:
        mem_mb=NEEDS.mb("evaluate"),
        runtime=NEEDS.minutes("evaluate"),
        gpu=NEEDS.gpu,
        gpu_model=NEEDS.gpu_model,
    params:
        key=JOBS.evaluate_key,
        run=f"{FINETUNED}/seed{{seed}}",
        device=JOBS.device,
    shell:
        "orca predict --run {params.run:q} --test {input.test:q} --output {output:q} {params.device:q} &> {log:q}"
