rule tune_worker:
    """Run trials of a search that several workers share."""
    input:
        unpack(JOBS.worker_files),
    output:
        layout.path("worker"),
    log:
        f"{TUNED}/worker{{worker}}.log",
    benchmark:
        f"{TUNED}/worker{{worker}}.tsv"
    priority: 2
    resources:
        mem_mb=NEEDS.mb("train"),
        runtime=NEEDS.minutes("tune_worker"),
        gpu=NEEDS.gpu,
        gpu_model=NEEDS.gpu_model,
    params:
        key=JOBS.tune_key,
        device=JOBS.device,
    shell:
        "orca tune {wildcards.task:q} {wildcards.body:q} --worker {wildcards.worker:q} {params.device:q} &> {log:q}"


rule tune:
    """Finish a search: its trials as a table, and the settings that it found."""
    input:
        unpack(JOBS.search_files),
    output:
        trials=f"{TUNED}/trials.csv",
        best=layout.path("best"),
        pictures=multiext(f"{TUNED}/trials", ".svg", ".pdf", ".png")
        + multiext(f"{TUNED}/importance", ".svg", ".pdf", ".png"),
    log:
        f"{TUNED}/tune.log",
    benchmark:
        f"{TUNED}/tune.tsv"
    priority: 2
    resources:
        mem_mb=NEEDS.mb("train"),
        runtime=NEEDS.minutes("tune"),
        gpu=NEEDS.gpu,
        gpu_model=NEEDS.gpu_model,
    params:
        key=JOBS.tune_key,
        device=JOBS.device,
    shell:
        "orca tune {wildcards.task:q} {wildcards.body:q} {params.device:q} &> {log:q}"
