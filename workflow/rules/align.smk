rule align:
    """Train the embedder alone, until the target's features lie like the source's (stage two)."""
    input:
        unpack(JOBS.align_files),
    output:
        layout.stamp(ALIGNED),
    log:
        f"{ALIGNED}/{{seeds}}.log",
    benchmark:
        f"{ALIGNED}/{{seeds}}.tsv"
    priority: 1
    resources:
        mem_mb=NEEDS.mb("train"),
        runtime=NEEDS.minutes("align"),
        gpu=NEEDS.gpu,
        gpu_model=NEEDS.gpu_model,
    params:
        key=JOBS.align_key,
        what=JOBS.align_what,
        device=JOBS.device,
    shell:
        "orca align {wildcards.task:q} {wildcards.body:q} {params.what:q}"
        " --seeds {wildcards.seeds:q} {params.device:q} &> {log:q}"
